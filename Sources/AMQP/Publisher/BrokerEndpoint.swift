/// One address of the broker; a cluster has several.
public struct BrokerEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// A name or a numeric address, without brackets.
    public var host: String
    /// 5672 for plain TCP, 5671 for TLS.
    public var port: UInt16

    /// One address of the broker.
    public init(host: String, port: UInt16 = 5672) {
        self.host = host
        self.port = port
    }

    /// `host:port`, with brackets around an IPv6 address.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
