import Encodings

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
