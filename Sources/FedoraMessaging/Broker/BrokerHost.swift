/// A machine of the broker.
public struct BrokerHost: Sendable, Hashable, CustomStringConvertible {
    /// The name or address, IPv6 without brackets.
    public var name: String
    /// The port.
    public var port: Int

    /// A machine of this name and port.
    public init(name: String, port: Int) {
        self.name = name
        self.port = port
    }

    /// `name:port`, with brackets around an IPv6 address.
    public var description: String {
        name.utf8.contains(UInt8(ascii: ":")) ? "[\(name)]:\(port)" : "\(name):\(port)"
    }
}
