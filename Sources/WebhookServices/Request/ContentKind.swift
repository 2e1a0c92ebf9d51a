/// What a body is, by its Content-Type (RFC 9110 section 8.3).
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
        switch String(decoding: type, as: UTF8.self).lowercased() {
        case "application/json", "text/json": self = .json
        case "application/x-www-form-urlencoded": self = .form
        case let name where name.hasPrefix("application/") && name.hasSuffix("+json"): self = .json
        default: self = .other
        }
    }
}
