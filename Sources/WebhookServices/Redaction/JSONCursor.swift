/// A place in a document, and how to move on from it by its outline: strings, brackets, commas and colons.
///
/// It reads nothing outside the bytes, whatever they are. They have to live as long as it does.
struct JSONCursor {
    let base: UnsafePointer<UInt8>
    let count: Int
    var index = 0

    init(_ base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    var isAtEnd: Bool { index >= count }

    /// A Boolean value that indicates whether that byte is next.
    func isAt(_ character: Unicode.Scalar) -> Bool { index < count && base[index] == UInt8(ascii: character) }

    /// A Boolean value that indicates whether that number or word is next, or a string with its quotes.
    func isAt(_ value: [UInt8]) -> Bool {
        let end = index + value.count
        guard end <= count, slice(index..<end).elementsEqual(value) else { return false }
        return value.last == UInt8(ascii: "\"") || end == count || !Self.isOfLiteral(base[end])
    }

    /// Goes behind that byte, if it is next.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard isAt(character) else { return false }
        index += 1
        return true
    }

    func slice(_ range: Range<Int>) -> Slice<UnsafeBufferPointer<UInt8>> {
        UnsafeBufferPointer(start: base, count: count)[range]
    }

    /// A string's inside with its escapes resolved, up to one byte more than `limit` at least.
    func text(of range: Range<Int>, atMost limit: Int = .max) -> [UInt8] {
        var units = StringUnits(base, range)
        var text: [UInt8] = []
        if limit == .max { text.reserveCapacity(range.count) }
        while text.count <= limit, let unit = units.next() { StringUnits.append(unit, to: &text) }
        return text
    }

    mutating func skipBlanks() {
        while index < count, Self.isBlank(base[index]) { index += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
    }

    /// Goes behind a string's closing quote.
    ///
    /// - Returns: Whether it has no escapes; `nil` if it does not end.
    mutating func skipString() -> Bool? {
        var isPlain = true
        index += 1
        while true {
            index = ByteSearch.quoteOrBackslash(base, from: index, to: count)
            guard index < count else { return nil }
            if base[index] == UInt8(ascii: "\"") {
                index += 1
                return isPlain
            }
            isPlain = false
            index += 2
            guard index < count else { return nil }
        }
    }

    /// Goes behind a key, the colon and what is blank after it.
    ///
    /// - Returns: The key's inside, and whether it has no escapes; `nil` if there is none.
    mutating func skipKey() -> (range: Range<Int>, isPlain: Bool)? {
        let start = index + 1
        guard isAt("\""), let isPlain = skipString() else { return nil }
        let range = start..<(index - 1)
        skipBlanks()
        guard take(":") else { return nil }
        skipBlanks()
        return (range, isPlain)
    }

    /// Goes behind a number, `true`, `false` or `null`.
    mutating func skipLiteral() -> Bool {
        let start = index
        while index < count, Self.isOfLiteral(base[index]) { index += 1 }
        return index > start
    }

    private static func isOfLiteral(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    }

    /// Goes behind a value of any kind.
    mutating func skipValue() -> Bool {
        var depth = 0
        repeat {
            guard index < count else { return false }
            switch base[index] {
            case UInt8(ascii: "\""):
                guard skipString() != nil else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case let byte where byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") || Self.isBlank(byte):
                index += 1
            default:
                guard skipLiteral() else { return false }
            }
        } while depth > 0
        return depth == 0
    }
}
