/// The kind of a body, by its Content-Type (RFC 9110 section 8.3).
enum ContentKind: Hashable {
    /// JSON, or not said.
    case json
    /// `application/x-www-form-urlencoded`.
    case form
    /// Anything else.
    case other

    /// Reads a field value; parameters after the semicolon do not count.
    init(mediaType value: ArraySlice<UInt8>) {
        let type = value.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        if Self.matches(type, "application/json") || Self.matches(type, "text/json") {
            self = .json
        } else if Self.matches(type, "application/x-www-form-urlencoded") {
            self = .form
        } else if Self.matches(type.prefix(12), "application/"), Self.matches(type.dropFirst(12).suffix(5), "+json") {
            self = .json
        } else {
            self = .other
        }
    }

    /// Returns a Boolean value that indicates whether the bytes are `name`, which is in lower case, in any case.
    private static func matches(_ bytes: ArraySlice<UInt8>, _ name: StaticString) -> Bool {
        name.withUTF8Buffer { name in
            bytes.count == name.count
                && zip(bytes, name).allSatisfy { ($0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0) == $1 }
        }
    }
}
