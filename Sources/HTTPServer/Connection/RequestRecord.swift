import Encodings
import EventLoop

/// Learns of every request that was answered, for logs and counters. Called on the connection's loop, right after the
/// answer: it must be quick.
public protocol RequestObserver: Sendable {
    /// Returns a Boolean value that indicates whether it wants to hear of requests that were answered so: of others no
    /// record is made.
    func isInterested(in status: HTTPStatus) -> Bool

    /// A request was answered, or its connection was lost before that.
    func requestFinished(_ record: RequestRecord)

    /// A connection ended within its TLS handshake.
    func handshakeFailed(_ remoteAddress: SocketAddress, _ error: StreamError)
}

extension RequestObserver {
    /// All of them.
    public func isInterested(in status: HTTPStatus) -> Bool { true }

    /// Does nothing.
    public func handshakeFailed(_ remoteAddress: SocketAddress, _ error: StreamError) {}
}

/// The outcome of a request.
public struct RequestRecord: Sendable {
    /// The request's head; nil if it was malformed or did not come in time.
    public let head: RequestHead?
    /// The id that the sender was told.
    public let requestID: RequestID
    /// The peer (a proxy, perhaps).
    public let remoteAddress: SocketAddress
    /// The sender of the request; the peer where there is no head.
    public let client: ClientAddress
    /// The answer's status.
    public let status: HTTPStatus
    /// `HTTPError.code` where the server itself refused the request.
    public let refusal: String?
    /// Bytes of the body that the handler was given.
    public let bodyBytes: Int
    /// Bytes of the answer, its head included.
    public let responseBytes: Int
    /// A Boolean value that indicates whether the kernel took the whole answer.
    public let isDelivered: Bool
    /// From the head's end to the answer's.
    public let duration: Duration

    /// The method, escaped, of at most 32 bytes; `-` where there is no head.
    public var method: String { head.map { Self.escaped($0.methodBytes, limit: 32) } ?? "-" }

    /// The path without its query (which may hold secrets), escaped, of at most 256 bytes; `-` where there is no head.
    public var path: String { head.map { Self.escaped($0.pathBytes, limit: 256) } ?? "-" }

    /// The first field with this name, escaped and cut to `limit` bytes.
    public func header(_ name: String, limit: Int) -> String? {
        head?.first(name).map { Self.escaped($0, limit: limit) }
    }

    /// Bytes from a sender made safe for a log line: visible ASCII stays, `"` and `\` and all else become `\xNN`, and
    /// what is over the limit becomes `…`.
    public static func escaped(_ bytes: ArraySlice<UInt8>, limit: Int) -> String {
        var escaped: [UInt8] = []
        for byte in bytes.prefix(limit) {
            if byte >= 0x20, byte < 0x7F, byte != ASCII.quote, byte != ASCII.backslash {
                escaped.append(byte)
            } else {
                escaped.append(contentsOf: [ASCII.backslash, 0x78, Hex.digit(byte >> 4), Hex.digit(byte)])
            }
        }
        if bytes.count > limit { escaped.append(contentsOf: "…".utf8) }
        return String(decoding: escaped, as: UTF8.self)
    }
}
