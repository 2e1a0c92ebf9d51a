/// The reason why there is no TLS connection, or none any more. Holds no secret: file names, dates, and reasons that
/// OpenSSL and the other side gave.
public enum TLSError: Error, Hashable, CustomStringConvertible {
    /// A file can't be read, for the system's reason.
    case unreadable(file: String, reason: String)
    /// A file doesn't hold what it should.
    case unusable(file: String, reason: String)
    /// The key is another certificate's.
    case keyMismatch(certificate: String, key: String)
    /// Our own certificate is no longer valid; the time is in UTC.
    case expired(file: String, since: String)
    /// Our own certificate is not valid yet; the time is in UTC.
    case notYetValid(file: String, until: String)
    /// The other side's certificate was not accepted.
    case untrusted(peer: String, reason: String)
    /// The other side refused with an alert (RFC 8446 section 6.2), such as `unknown ca`, `certificate expired`.
    case alert(String)
    /// The peer does not speak TLS.
    case notTLS
    /// The peer sent an HTTP request in the clear.
    case plainHTTP
    /// The connection ended within the handshake.
    case hungUp
    /// The connection ended without the other side's word that all was sent (close_notify): something may be missing.
    case truncated
    /// Any other message of OpenSSL.
    case failed(String)

    /// One line for a log.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file) can't be read: \(reason)"
        case .unusable(let file, let reason): "\(file) \(reason)"
        case .keyMismatch(let certificate, let key):
            "the key in \(key) is not that of the certificate in \(certificate)"
        case .expired(let file, let since): "the certificate in \(file) expired on \(since)"
        case .notYetValid(let file, let until): "the certificate in \(file) is not valid before \(until)"
        case .untrusted(let peer, let reason): "the certificate of \(peer) is not accepted: \(reason)"
        case .alert(let alert): "the other side refused TLS: alert \(alert)"
        case .notTLS: "the other side does not speak TLS there"
        case .plainHTTP: "plain HTTP came where TLS is spoken"
        case .hungUp: "the other side hung up within the TLS handshake"
        case .truncated: "the other side hung up without ending TLS: data may be missing"
        case .failed(let reason): "TLS: \(reason)"
        }
    }
}
