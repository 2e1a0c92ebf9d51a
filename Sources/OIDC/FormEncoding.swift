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

/// Reads `application/x-www-form-urlencoded`, as URLs' queries and forms have it.
public enum FormDecoder {
    /// The fields in order; nil if a percent sign is not followed by two digits, if the bytes are not UTF-8, or if
    /// there are more than `limit` fields.
    public static func decode(_ bytes: some Collection<UInt8>, limit: Int = 64) -> [(name: String, value: String)]? {
        var fields: [(name: String, value: String)] = []
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard fields.count < limit, let first = pieces.first, let name = text(first),
                let value = pieces.count == 2 ? text(pieces[1]) : ""
            else { return nil }
            fields.append((name, value))
        }
        return fields
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String? {
        PercentEncoding.decode(Array(bytes).span, plusIsBlank: true)
            .flatMap { String(validating: $0, as: UTF8.self)?.streamSafe }
    }
}
