import Encodings

/// `application/x-www-form-urlencoded`, with everything but RFC 3986's unreserved characters percent-encoded.
struct FormEncoder {
    private(set) var text = ""

    /// One more field.
    mutating func add(_ name: String, _ value: String) {
        if !text.isEmpty { text += "&" }
        text += "\(PercentEncoding.encode(name))=\(PercentEncoding.encode(value))"
    }

    /// The URL with the fields in its query.
    func appended(to url: String) -> String {
        guard !text.isEmpty else { return url }
        let separator = url.contains("?") ? (url.hasSuffix("?") || url.hasSuffix("&") ? "" : "&") : "?"
        return url + separator + text
    }
}
