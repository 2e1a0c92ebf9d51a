/// Every bound of a client, with its default.
public struct HTTPClientLimits: Sendable, Hashable {
    /// Requests in flight, and connections that are kept for later ones.
    public var concurrency = 8
    /// Requests that wait for one of these places; further ones fail at once.
    public var waiting = 64
    /// Resolving, connecting and TLS.
    public var connectTimeout: Duration = .seconds(5)
    /// A request in all, from `send` to the answer's last byte.
    public var totalTimeout: Duration = .seconds(10)
    /// Bytes of an answer's body, where the request has no limit of its own.
    public var maxBodyBytes = 256 * 1024
    /// Bytes of an answer's header fields. No key: providers send a few hundred, and nothing in them is kept.
    public var maxHeadBytes = 32 * 1024

    /// The defaults.
    public init() {}
}
