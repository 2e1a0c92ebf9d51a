import OIDC

/// The names and values of a query, decoded (WHATWG URL standard section 5.1). What does not decode stays as it is:
/// a query only asks, so there is nothing to refuse.
struct QueryItems: Sendable, Hashable {
    /// The most that are read; the target's own limit bounds their size.
    static let maximum = 32

    private var items: [(name: String, value: String)] = []

    /// Reads a query without its question mark.
    init(_ query: some Collection<UInt8>) {
        for pair in query.split(separator: UInt8(ascii: "&")).prefix(Self.maximum) {
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(name.count).dropFirst()
            items.append((Self.decoded(name), Self.decoded(value)))
        }
    }

    /// Those given.
    init(_ items: [(name: String, value: String)] = []) {
        self.items = items
    }

    /// The first value of that name; `nil` if there is none or it is empty.
    subscript(name: String) -> String? {
        items.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// The whole number of that name; one that is too large or too small is the largest or smallest there is. `nil` for
    /// what is none.
    func number(_ name: String) -> Int64? {
        guard let text = self[name] else { return nil }
        let digits = text.first == "-" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text) ?? (text.first == "-" ? .min : .max)
    }

    /// The page of a list that is asked for, from 1; the first where none is.
    var page: Int { min(max(1, Int(clamping: number("page") ?? 1)), TokenQuery.maximumPage) }

    /// The time before which a history is asked for.
    var before: UnixTime? { number("before").map(UnixTime.init(milliseconds:)) }

    /// With a value replaced; an empty one takes it away.
    func replacing(_ name: String, by value: String) -> QueryItems {
        var rest = items.filter { $0.name != name && !$0.value.isEmpty }
        if !value.isEmpty { rest.append((name, value)) }
        return QueryItems(rest)
    }

    /// `?a=b&c=d`, percent-encoded; empty if there is nothing.
    var text: String {
        let pairs = items.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }

    static func == (left: QueryItems, right: QueryItems) -> Bool { left.text == right.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }

    private static func decoded(_ text: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let value = hexadecimal(rest.prefix(2)) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        // A database takes no zero bytes, and nobody types the others.
        return String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
            .streamSafe
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
        // A sign would be read, too.
        guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
