import Mustache

/// Escapes text for HTML: for the content of elements and for quoted attributes alike.
///
/// Mustache's own escaping goes by characters as people see them, so a quotation mark with a combining mark behind it
/// is none to it, and passes; browsers go by code points, and end the attribute there. This one goes by bytes.
struct StrictHTML: MustacheContentType {
    func escapeText(_ text: String) -> String {
        var text = text
        let needed = text.withUTF8 { bytes in
            bytes.reduce(0) { $0 + (Self.replacement(of: $1)?.utf8CodeUnitCount ?? 1) }
        }
        guard needed != text.utf8.count else { return text }
        return text.withUTF8 { bytes in
            String(unsafeUninitializedCapacity: needed) { output in
                var count = 0
                for byte in bytes {
                    if let replacement = Self.replacement(of: byte) {
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
