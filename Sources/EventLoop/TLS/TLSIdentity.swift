/// Whom a client's certificate is for, for messages to people: nothing in it is secret.
public struct TLSIdentity: Sendable, Hashable, CustomStringConvertible {
    /// The certificate's file.
    public let file: String
    /// The subject's common name, if there is one.
    public let commonName: String?
    /// The last second at which the certificate is valid, in UTC, as `2026-01-31 23:59:59 UTC`.
    public let validUntil: String

    /// File, name and date, for a line of a log.
    public var description: String {
        "the certificate in \(file) (\(commonName.map { "CN \($0), " } ?? "without a CN, ")valid until \(validUntil))"
    }
}
