import Encodings

/// The `sent-at` header: ISO 8601, UTC, whole seconds, `+00:00` and never `Z`, as the Python library writes it.
public enum SentAt {
    /// For example `2026-11-23T17:50:19+00:00`.
    public static func format(secondsSince1970 seconds: Int64) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(25)
        CivilTime(secondsSince1970: seconds).appendISO8601(to: &bytes)
        bytes.append(contentsOf: "+00:00".utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}
