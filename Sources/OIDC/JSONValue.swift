import Encodings

/// A JSON value of somebody else's document, of which nothing is taken for granted.
enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The object that `bytes` hold, whatever their media type says; nil if they hold none, or one that is too
    /// deep.
    static func object(in bytes: some Collection<UInt8>) -> [String: JSONValue]? {
        guard case .object(let members)? = JSONReader.value(in: bytes) else { return nil }
        return members
    }

    /// The text, if it is one that is not empty.
    var text: String? {
        if case .string(let text) = self, !text.isEmpty { text } else { nil }
    }

    /// The texts of a list, or the one text; nil for anything else.
    var texts: [String]? {
        switch self {
        case .string(let text): [text]
        case .array(let items):
            items.allSatisfy { $0.text != nil } ? items.compactMap(\.text) : nil
        default: nil
        }
    }

    /// The times that are taken from others, in seconds since 1970: the years 1970 to 9999.
    private static let times = 0...253_402_300_799.0

    /// A time in whole seconds since 1970 (fractions are cut); nil for what is no number or in no year from 1970 to 9999.
    var seconds: Int64? {
        guard case .number(let number) = self, Self.times.contains(number) else { return nil }
        return Int64(number)
    }

    /// A number of seconds that something lasts, from 0 to ``TokenGrant/maximumLifetime``; nil for what is no number.
    var clampedSeconds: Int64? {
        guard case .number(let number) = self, !number.isNaN else { return nil }
        return Int64(min(max(number, 0), Double(TokenGrant.maximumLifetime)))
    }
}

/// Reads JSON (RFC 8259) of somebody else: one pass, and a bound on how deep it goes. A decoder that tries one type after
/// the other takes the square of the depth, and more.
///
/// Of members of an object with the same name, the last one counts (RFC 7519 section 4). Texts are stream-safe.
struct JSONReader {
    /// The maximum depth of arrays and objects: deeper than any answer of a provider.
    static let maximumDepth = 32

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    private init(_ bytes: some Collection<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The value that the bytes hold; nil if they are no JSON in UTF-8, or too deep.
    static func value(in bytes: some Collection<UInt8>) -> JSONValue? {
        var reader = JSONReader(bytes)
        // A byte order mark may be ignored (RFC 8259 section 8.1).
        if reader.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.index = 3 }
        guard let value = reader.value() else { return nil }
        reader.skipBlanks()
        return reader.index == reader.bytes.count ? value : nil
    }

    private var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    /// Goes behind a byte, if it is next.
    private mutating func take(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        index += 1
        return true
    }

    private mutating func value() -> JSONValue? {
        skipBlanks()
        switch byte {
        case UInt8(ascii: "{"): return nested { $0.object() }
        case UInt8(ascii: "["): return nested { $0.array() }
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return word("true", .boolean(true))
        case UInt8(ascii: "f"): return word("false", .boolean(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func nested(_ read: (inout JSONReader) -> JSONValue?) -> JSONValue? {
        guard depth < Self.maximumDepth else { return nil }
        depth += 1
        defer { depth -= 1 }
        index += 1
        skipBlanks()
        return read(&self)
    }

    private mutating func object() -> JSONValue? {
        var members: [String: JSONValue] = [:]
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipBlanks()
            guard byte == UInt8(ascii: "\""), let name = string() else { return nil }
            skipBlanks()
            guard take(UInt8(ascii: ":")), let value = value() else { return nil }
            members[name] = value
            skipBlanks()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func array() -> JSONValue? {
        var items: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array(items) }
        while true {
            guard let value = value() else { return nil }
            items.append(value)
            skipBlanks()
            if take(UInt8(ascii: "]")) { return .array(items) }
            guard take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) -> JSONValue? {
        let isThere = text.withUTF8Buffer { bytes[index...].starts(with: $0) }
        guard isThere else { return nil }
        index += text.utf8CodeUnitCount
        return value
    }

    // MARK: Numbers

    /// A number by RFC 8259 section 6; one beyond a double is infinite.
    private mutating func number() -> JSONValue? {
        let start = index
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")), digits() == 0 { return nil }
        if take(UInt8(ascii: ".")), digits() == 0 { return nil }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            if digits() == 0 { return nil }
        }
        return Double(String(decoding: bytes[start..<index], as: UTF8.self)).map { .number($0) }
    }

    /// Goes behind digits, and counts them.
    private mutating func digits() -> Int {
        let start = index
        while let byte, byte &- 0x30 < 10 { index += 1 }
        return index - start
    }

    // MARK: Strings

    private mutating func string() -> String? {
        index += 1
        var text: [UInt8] = []
        var start = index
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                text += bytes[start..<index]
                index += 1
                return String(validating: text, as: UTF8.self)?.streamSafe
            case UInt8(ascii: "\\"):
                text += bytes[start..<index]
                guard let scalar = escape() else { return nil }
                text.append(contentsOf: scalar.utf8)
                start = index
            case 0..<0x20:
                return nil
            default:
                index += 1
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        index += 1
        guard let byte else { return nil }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let first = codeUnit() else { return nil }
            guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) }
            // The other half of a pair has to follow.
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let second = codeUnit(), second & 0xFC00 == 0xDC00
            else { return nil }
            return Unicode.Scalar(0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF))
        default: return nil
        }
    }

    private mutating func codeUnit() -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte else { return nil }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte &- 0x30)
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                value = value << 4 | UInt32((byte | 0x20) &- 0x61 &+ 10)
            default: return nil
            }
            index += 1
        }
        return value
    }
}
