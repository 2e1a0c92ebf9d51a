/// Reads the Python literals that pika takes as values of URL options: `{'ca_certs': '/path', 'retries': 3}`. Strings,
/// numbers, `True`, `False`, `None`, dictionaries, lists and tuples; what `ast.literal_eval` knows beyond that is refused.
struct PythonLiteral {
    /// The text is no such literal.
    struct Malformed: Error {}

    /// The maximum depth of nested values.
    private static let maximumDepth = 8

    private let text: [UInt8]
    private var position = 0

    private init(_ text: String) {
        self.text = Array(text.utf8)
    }

    /// The entries of a dictionary, without those that are None; nil for None itself.
    static func dictionary(_ text: String) throws(Malformed) -> [String: SettingValue]? {
        // It stands in a URL.
        guard text.utf8.count <= BrokerAddress.maximumURLCount else { throw Malformed() }
        var reader = PythonLiteral(text)
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.position == reader.text.count else { throw Malformed() }
        switch value {
        case nil: return nil
        case .table(let entries): return entries
        default: throw Malformed()
        }
    }

    // MARK: Values

    /// A value; nil is None.
    private mutating func value(depth: Int) throws(Malformed) -> SettingValue? {
        skipBlanks()
        guard depth < Self.maximumDepth, let first = peek() else { throw Malformed() }
        switch first {
        case UInt8(ascii: "{"): return .table(try entries(depth: depth))
        case UInt8(ascii: "["): return .array(try items(until: UInt8(ascii: "]"), depth: depth))
        case UInt8(ascii: "("): return .array(try items(until: UInt8(ascii: ")"), depth: depth))
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
        default: return try word()
        }
    }

    private mutating func entries(depth: Int) throws(Malformed) -> [String: SettingValue] {
        position += 1
        var entries: [String: SettingValue] = [:]
        while true {
            skipBlanks()
            if take(UInt8(ascii: "}")) { return entries }
            let name = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw Malformed() }
            // As in Python, the last of several counts.
            entries[name] = try value(depth: depth + 1)
            skipBlanks()
            if take(UInt8(ascii: "}")) { return entries }
            guard take(UInt8(ascii: ",")) else { throw Malformed() }
        }
    }

    private mutating func items(until end: UInt8, depth: Int) throws(Malformed) -> [SettingValue] {
        position += 1
        var items: [SettingValue] = []
        while true {
            skipBlanks()
            if take(end) { return items }
            if let item = try value(depth: depth + 1) { items.append(item) }
            skipBlanks()
            if take(end) { return items }
            guard take(UInt8(ascii: ",")) else { throw Malformed() }
        }
    }

    private mutating func word() throws(Malformed) -> SettingValue? {
        let start = position
        while let byte = peek(), !",:]})".utf8.contains(byte), byte != UInt8(ascii: " ") { position += 1 }
        let word = String(decoding: text[start..<position], as: UTF8.self)
        switch word {
        case "None": return nil
        case "True": return .boolean(true)
        case "False": return .boolean(false)
        default:
            if let integer = Int(word) { return .integer(integer) }
            guard let double = Double(word), double.isFinite else { throw Malformed() }
            return .double(double)
        }
    }

    // MARK: Strings

    private mutating func string() throws(Malformed) -> String {
        guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { throw Malformed() }
        position += 1
        var bytes: [UInt8] = []
        while let byte = peek() {
            position += 1
            switch byte {
            case quote:
                guard let string = String(validating: bytes, as: UTF8.self) else { throw Malformed() }
                return string
            case UInt8(ascii: "\\"): bytes += try escaped()
            case UInt8(ascii: "\n"): throw Malformed()
            default: bytes.append(byte)
            }
        }
        throw Malformed()
    }

    private mutating func escaped() throws(Malformed) -> [UInt8] {
        guard let byte = peek() else { throw Malformed() }
        position += 1
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return [byte]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "x"): return try scalar(digits: 2)
        case UInt8(ascii: "u"): return try scalar(digits: 4)
        case UInt8(ascii: "U"): return try scalar(digits: 8)
        default: throw Malformed()
        }
    }

    private mutating func scalar(digits: Int) throws(Malformed) -> [UInt8] {
        guard position + digits <= text.count else { throw Malformed() }
        let hex = String(decoding: text[position..<(position + digits)], as: UTF8.self)
        position += digits
        guard hex.allSatisfy(\.isHexDigit), let code = UInt32(hex, radix: 16), let scalar = UnicodeScalar(code) else {
            throw Malformed()
        }
        return Array(String(scalar).utf8)
    }

    // MARK: Bytes

    private func peek() -> UInt8? { position < text.count ? text[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }
}
