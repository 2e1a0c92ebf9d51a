import Encodings
import Glibc

/// A connection of bytes on a loop: `TCPStream` in the clear, `TLSStream` encrypted over another.
///
/// Everything but `cancel` is confined to `loop`. One reader and one writer at a time.
public protocol ByteStream: AnyObject, Sendable {
    /// The loop that the stream belongs to.
    var loop: EventLoop { get }

    /// The other end.
    var remoteAddress: SocketAddress { get }

    /// A read or write that still waits at this time throws `StreamError.deadlineExceeded`. Nil: no limit.
    var deadline: ContinuousClock.Instant? { get set }

    /// A Boolean value that indicates whether a read that failed had taken a part of what it waited for: the beginning of a
    /// TLS record.
    var hasPartialInput: Bool { get }

    /// Appends what has come to `buffer`, waiting for it if there is nothing yet.
    /// - Returns: the number of bytes; 0 at the end of the stream.
    func read(into buffer: inout ReadBuffer) async throws(StreamError) -> Int

    /// Writes all of `bytes`, waiting for room as it must.
    func write(_ bytes: [UInt8]) async throws(StreamError)

    /// Writes what goes without waiting. Where not all was taken, the next write has to go on with the rest.
    /// - Returns: the number of bytes taken; 0 where the socket is full.
    func writeNow(_ bytes: UnsafeRawBufferPointer) throws(StreamError) -> Int

    /// Waits until a write would make progress.
    func waitWritable() async throws(StreamError)

    /// Sends the end of the stream; reading goes on.
    func shutdownWrite()

    /// Closes both directions; what waits throws `StreamError.closed`. May be called again.
    func close()

    /// Ends what waits now or later with `StreamError.cancelled`. From any thread.
    func cancel()
}

extension ByteStream {
    /// No: each byte that has come is one that a read gives.
    public var hasPartialInput: Bool { false }
}

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
