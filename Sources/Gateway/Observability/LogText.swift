import Encodings

/// Makes text safe for a log line: bounded, and without anything that could end the line or play with a terminal.
struct LogText {
    /// The way of writing a character that may not stand as it is.
    enum Escape {
        /// `\u001b`, as JSON does.
        case json
        /// The same, and `\n` for a line's end.
        case text
    }

    /// The most bytes of a value, in UTF-8 before escaping.
    var limit: Int

    /// Appends a text without quotes.
    func append(_ text: String, _ escape: Escape, to line: inout [UInt8]) {
        var left = limit
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            guard width <= left else {
                line.append(contentsOf: "…".utf8)
                return
            }
            left -= width
            append(scalar, escape, to: &line)
        }
    }

    /// Appends a text in quotes.
    func appendQuoted(_ text: String, _ escape: Escape, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        append(text, escape, to: &line)
        line.append(UInt8(ascii: "\""))
    }

    private func append(_ scalar: Unicode.Scalar, _ escape: Escape, to line: inout [UInt8]) {
        switch scalar.value {
        case 0x22, 0x5C:
            line.append(UInt8(ascii: "\\"))
            line.append(UInt8(truncatingIfNeeded: scalar.value))
        case 0x20..<0x7F: line.append(UInt8(truncatingIfNeeded: scalar.value))
        case 0x0A: line.append(contentsOf: "\\n".utf8)
        case _ where Self.isUnsafe(scalar): JSONText.appendEscape(scalar.value, to: &line)
        default: line.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    /// Control characters of both sets, line separators, and what turns the direction of writing around.
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
        default: false
        }
    }
}
