/// The reason why there is no answer. Its description names the host at most: no path, no query, no credentials.
public enum HTTPClientError: Error, Hashable, CustomStringConvertible {
    /// The phase whose time ran out.
    public enum Phase: String, Sendable, Hashable {
        /// The wait for a free place.
        case waiting
        /// Resolving the name and making the connection, TLS included.
        case connecting
        /// The rest.
        case answering
    }

    /// The request cannot be sent as it is.
    case invalidRequest(reason: String)
    /// As many requests wait as may.
    case overloaded
    /// The host's name could not be resolved.
    case unresolvable(host: String)
    /// No connection could be made.
    case unreachable(host: String, reason: String)
    /// The server's certificate is not trusted, or there is no TLS with it.
    case untrusted(host: String, reason: String)
    /// It took too long.
    case timedOut(Phase, host: String)
    /// The answer's body is larger than may be.
    case bodyTooLarge(host: String, limit: Int)
    /// The answer's header fields are larger than may be.
    case headTooLarge(host: String, limit: Int)
    /// The connection broke, or what came is not HTTP.
    case broken(host: String, reason: String)
    /// The task was cancelled.
    case cancelled
    /// The client was closed.
    case closed
    /// libcurl failed otherwise.
    case library(reason: String)

    /// One line for a log.
    public var description: String {
        switch self {
        case .invalidRequest(let reason): "the request cannot be sent: \(reason)"
        case .overloaded: "too many requests to other servers are waiting"
        case .unresolvable(let host): "cannot resolve \(host)"
        case .unreachable(let host, let reason): "cannot connect to \(host): \(reason)"
        case .untrusted(let host, let reason): "no trusted TLS with \(host): \(reason)"
        case .timedOut(let phase, let host): "\(host) took too long (\(phase.rawValue))"
        case .bodyTooLarge(let host, let limit): "the answer of \(host) is larger than \(limit) bytes"
        case .headTooLarge(let host, let limit): "the header fields of \(host) are larger than \(limit) bytes"
        case .broken(let host, let reason): "the answer of \(host) broke off: \(reason)"
        case .cancelled: "cancelled"
        case .closed: "the HTTP client is closed"
        case .library(let reason): "libcurl: \(reason)"
        }
    }
}
