/// Walks over the bytes of a valid JSON document, to say where things stand in it: what a parser that hands out
/// values cannot.
///
/// It reads nothing outside the bytes, whatever they are, and always comes to an end.
struct JSONScanner {
    /// A member of an object: where its key is.
    struct Member {
        /// The key as written, without the quotes.
        let rawKey: ArraySlice<UInt8>
        /// Where the opening quote stands.
        var keyStart: Int { rawKey.startIndex - 1 }

        /// Whether the key means `name`, escapes resolved.
        func isNamed(_ name: String) -> Bool {
            guard rawKey.contains(UInt8(ascii: "\\")) else { return rawKey.elementsEqual(name.utf8) }
            // By code points, as consumers compare: Swift's own == takes other spellings of a character for it.
            return JSONScanner.unescaped(rawKey).map { $0.unicodeScalars.elementsEqual(name.unicodeScalars) } ?? false
        }
    }

    private let bytes: ArraySlice<UInt8>
    /// Where the scanner is.
    private(set) var index: Int

    init(_ document: ArraySlice<UInt8>) {
        bytes = document
        index = document.startIndex
        skipBlanks()
    }

    /// Whether an object begins here.
    var isAtObject: Bool { current == UInt8(ascii: "{") }

    private var current: UInt8? { index < bytes.endIndex ? bytes[index] : nil }

    /// Calls `visit` for each member of the object that begins here, standing at its value; where `visit` does not
    /// move on, the value is skipped. Then stands behind the object.
    mutating func forEachMember(_ visit: (Member, inout JSONScanner) -> Void) {
        guard isAtObject else { return }
        index += 1
        while true {
            skipBlanks()
            guard current == UInt8(ascii: "\"") else { break }
            let start = index + 1
            skipString()
            let member = Member(rawKey: bytes[start..<max(start, index - 1)])
            skipBlanks()
            skip(UInt8(ascii: ":"))
            skipBlanks()
            let valueStart = index
            visit(member, &self)
            if index == valueStart { skipValue() }
            skipBlanks()
            guard current == UInt8(ascii: ",") else { break }
            index += 1
        }
        skip(UInt8(ascii: "}"))
    }

    /// Stands behind the value that begins here.
    mutating func skipValue() {
        var depth = 0
        repeat {
            switch current {
            case nil:
                return
            case UInt8(ascii: "\""):
                skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0a, 0x0d:
                index += 1
            default:
                skipLiteral()
            }
        } while depth > 0
    }

    /// A number, `true`, `false` or `null`.
    private mutating func skipLiteral() {
        index += 1
        while let byte = current, !Self.endsLiteral(byte) { index += 1 }
    }

    private static func endsLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "["), UInt8(ascii: "\""), 0x20, 0x09, 0x0a, 0x0d:
            true
        default: false
        }
    }

    /// Stands behind the closing quote of the string that begins here.
    private mutating func skipString() {
        index += 1
        while let byte = current {
            index += 1
            if byte == UInt8(ascii: "\"") { return }
            if byte == UInt8(ascii: "\\"), index < bytes.endIndex { index += 1 }
        }
    }

    private mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { index += 1 }
    }

    private mutating func skip(_ byte: UInt8) {
        if current == byte { index += 1 }
    }
}
