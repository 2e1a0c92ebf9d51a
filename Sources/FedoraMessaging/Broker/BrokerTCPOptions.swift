/// pika's `tcp_options`: when the kernel takes a silent broker for dead. Nil leaves the system's setting.
public struct BrokerTCPOptions: Sendable, Equatable {
    /// Milliseconds for which what was sent may stay unacknowledged.
    public var userTimeout: Int32?
    /// Seconds of silence before the first probe.
    public var keepIdle: Int32?
    /// Seconds between probes.
    public var keepInterval: Int32?
    /// Unanswered probes that end the connection.
    public var keepCount: Int32?

    /// The system's settings.
    public init() {}

    /// The options by the names that pika takes.
    static let names: [String: any WritableKeyPath<BrokerTCPOptions, Int32?> & Sendable] = [
        "TCP_USER_TIMEOUT": \.userTimeout, "TCP_KEEPIDLE": \.keepIdle, "TCP_KEEPINTVL": \.keepInterval,
        "TCP_KEEPCNT": \.keepCount,
    ]

    /// Reads pika's dictionary.
    init(_ entries: [String: SettingValue]) throws(BrokerAddressError) {
        for (name, value) in entries.sorted(by: { $0.key < $1.key }) {
            guard let path = Self.names[name] else {
                let nearest = NearestName.of(name, among: Self.names.keys.sorted()) ?? ""
                throw BrokerAddressError("tcp_options has no \(name): is \(nearest) meant?")
            }
            guard case .integer(let number) = value, let number = Int32(exactly: number), number >= 0 else {
                throw BrokerAddressError("\(name) in tcp_options must be a positive integer")
            }
            self[keyPath: path] = number
        }
    }
}
