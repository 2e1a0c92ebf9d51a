/// A string as JSON writes it (RFC 8259 section 7).
public enum JSONText {
    /// Returns `text` in quotes.
    public static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends `text` in quotes: control characters, quotes and backslashes escaped, all else as UTF-8.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { appendEscaped($0, to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        if text.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            bytes.append(contentsOf: text)
            return
        }
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case UInt8(ascii: "\n"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case UInt8(ascii: "\r"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
            case UInt8(ascii: "\t"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            case 0..<0x20: appendEscape(UInt32(byte), to: &bytes)
            default: bytes.append(byte)
            }
        }
    }

    /// Appends a code point as `\uXXXX`, with lower-case digits: at least four of them.
    public static func appendEscape(_ codePoint: UInt32, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "u")])
        for shift in [28, 24, 20, 16, 12, 8, 4, 0] as [UInt32] where shift < 16 || codePoint >> shift > 0 {
            bytes.append(Hex.digit(UInt8(truncatingIfNeeded: codePoint >> shift & 0xF)))
        }
    }
}

/// Strings as TOML writes them (TOML 1.0, "String").
public enum TOMLText {
    /// Returns a basic string.
    public static func quoted(_ text: String) -> String {
        var bytes = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0..<0x20, 0x7F: bytes.append(contentsOf: "\\u00\(Hex.encode([byte]).uppercased())".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self) + "\""
    }

    /// Returns an array of strings, on one line.
    public static func array(_ items: [String]) -> String {
        "[\(items.map(quoted).joined(separator: ", "))]"
    }
}

/// Words of a shell (POSIX.1 "Shell Command Language", section 2.2.2).
public enum ShellText {
    /// Returns `text` in single quotes.
    public static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }

    /// Returns a path as it is if it is harmless, else in single quotes.
    public static func path(_ text: String) -> String {
        let isHarmless =
            !text.isEmpty && PercentEncoding.encode(text, keeping: "/") == text
            && !text.utf8.contains(UInt8(ascii: "~"))
        return isHarmless ? text : quoted(text)
    }
}

/// Text in HTML, for the content of elements and for quoted attributes alike.
///
/// It goes by bytes, as browsers do: an escaping by characters, as people see them, lets a quotation mark pass that has a
/// combining mark behind it.
public enum HTMLText {
    /// Returns `text` with its markup escaped.
    public static func escaped(_ text: String) -> String {
        var text = text
        let needed = text.withUTF8 { bytes in
            bytes.reduce(0) { $0 + (replacement(of: $1)?.utf8CodeUnitCount ?? 1) }
        }
        guard needed != text.utf8.count else { return text }
        return text.withUTF8 { bytes in
            String(unsafeUninitializedCapacity: needed) { output in
                var count = 0
                for byte in bytes {
                    if let replacement = replacement(of: byte) {
                        replacement.withUTF8Buffer { for byte in $0 { output[count] = byte; count += 1 } }
                    } else {
                        output[count] = byte
                        count += 1
                    }
                }
                return count
            }
        }
    }

    /// NUL has no place in HTML, escaped or not.
    private static func replacement(of byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        case UInt8(ascii: "`"): "&#96;"
        case 0: "\u{FFFD}"
        default: nil
        }
    }
}
