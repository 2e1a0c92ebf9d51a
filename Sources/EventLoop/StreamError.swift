import Encodings
import Glibc

/// The reason why an operation on a socket did not happen.
public enum StreamError: Error, Hashable, CustomStringConvertible {
    /// The stream was closed on this side.
    case closed
    /// The task or the stream was cancelled.
    case cancelled
    /// The stream's deadline passed while the operation waited.
    case deadlineExceeded
    /// The kernel said no.
    case system(errno: CInt, operation: String)
    /// A name could not be resolved; `reason` is the resolver's own text.
    case unresolvable(host: String, reason: String)
    /// TLS did not come about, or broke.
    case tls(TLSError)

    /// One line for a log.
    public var description: String {
        switch self {
        case .closed: "the connection was closed"
        case .cancelled: "cancelled"
        case .deadlineExceeded: "timed out"
        case .system(let code, let operation): "\(operation): \(systemErrorText(code))"
        case .unresolvable(let host, let reason): "cannot resolve \(host): \(reason)"
        case .tls(let error): "\(error)"
        }
    }
}
