/// The protocol version a request is treated as. A higher minor version is treated as 1.1 (RFC 9110 section 6.2).
public enum HTTPVersion: UInt8, Sendable, Hashable {
    /// HTTP/1.0: no chunked bodies, no `Expect`, and the connection closes unless keep-alive was asked for.
    case http1_0
    /// HTTP/1.1.
    case http1_1
}
