import Encodings

/// The broker's address: what an `amqp_url` says, with pika's defaults for what it doesn't.
public struct BrokerAddress: Sendable, Equatable, CustomStringConvertible {
    /// A Boolean value that indicates whether the scheme is `amqps`, or `ssl_options` are there.
    public var usesTLS = false
    /// The machines of the broker, tried in turn; at least one. pika's URLs have one; here several may be given, with
    /// commas between.
    public var hosts = [BrokerHost(name: "localhost", port: 5672)]
    /// The virtual host, decoded.
    public var virtualHost = "/"
    /// The user and password of SASL PLAIN; of no use where a client certificate authenticates.
    public var credentials = BrokerCredentials(username: "guest", password: "guest")
    /// The heartbeat to ask for; zero is none, nil was not said: then 60 seconds are. The lower of this and the broker's
    /// proposal holds, and where the broker proposes none, this. In two things that is not pika's way: pika takes the URL's
    /// value though the broker proposes a lower one, and does without where both are silent, so that nothing would notice
    /// a dead connection.
    public var heartbeat: Duration?
    /// The number of times that one round of connecting tries; nil was not said.
    public var connectionAttempts: Int?
    /// The pause between two tries of one round; nil was not said (pika then takes 2 seconds).
    public var retryDelay: Duration?
    /// The limit of the TCP connection's set-up; nil was not said (pika then takes 10 seconds).
    public var socketTimeout: Duration?
    /// The limit of the whole set-up: TCP, TLS and AMQP; nil was not said (pika then takes 15 seconds).
    public var stackTimeout: Duration?
    /// The time that the broker may block the connection before it is given up; nil is for ever.
    public var blockedConnectionTimeout: Duration?
    /// The most channels to agree to.
    public var channelMax = 65_535
    /// The largest frame to agree to, in bytes.
    public var frameMax = 131_072
    /// The locale to ask for.
    public var locale = "en_US"
    /// The files of `ssl_options`; those of `[tls]` go above them.
    public var tls = BrokerTLS()
    /// `tcp_options`
    public var tcpOptions = BrokerTCPOptions()
    /// `client_properties`, which take the place of those in the file; nil was not said.
    public var clientProperties: [ClientProperty]?

    /// pika's defaults.
    public init() {}

    /// The first machine's name or address.
    public var host: String { hosts[0].name }
    /// The first machine's port: 5672, or 5671 with TLS, unless the URL names one.
    public var port: Int { hosts[0].port }

    /// The URL without its password and options, for logs.
    public var description: String {
        let places = hosts.map(\.description).joined(separator: ",")
        return "\(usesTLS ? "amqps" : "amqp")://\(credentials)@\(places)/\(PercentEncoding.encode(virtualHost))"
    }
}

extension BrokerAddress {
    /// Bytes of a URL, which are enough for several hosts and long credentials. Characters of other scripts can take the square
    /// of their number.
    static let maximumURLCount = 8192

    /// Reads `amqp[s]://user:password@host:port/vhost?options` as pika's `URLParameters` does: user, password and
    /// virtual host are percent-encoded, every part may be missing, and an unknown option is an error. Beyond pika, several
    /// hosts may be given, with commas between.
    public init(url: String) throws(BrokerAddressError) {
        self.init()
        guard url.utf8.count <= Self.maximumURLCount else {
            throw BrokerAddressError("the URL has more than \(Self.maximumURLCount) bytes")
        }
        guard let schemeEnd = url.firstRange(of: "://") else {
            throw BrokerAddressError("expected a URL such as amqp://user:password@host:5672/%2Fvhost")
        }
        let scheme = url[..<schemeEnd.lowerBound].lowercased()
        switch scheme {
        case "amqp": break
        case "amqps": usesTLS = true
        default: throw BrokerAddressError("the URL must begin with amqp:// or amqps://")
        }
        let rest = url[schemeEnd.upperBound...].prefix { $0 != "#" }
        let beforeQuery = rest.prefix { $0 != "?" }
        let authority = beforeQuery.prefix { $0 != "/" }
        try Self.checkThatNothingIsCut(url[schemeEnd.upperBound...].dropFirst(authority.count))
        try parse(authority: authority)
        let path = beforeQuery.dropFirst(authority.count)
        if path.count > 1 {
            virtualHost = Self.decoded(path.dropFirst().prefix { $0 != "/" })
            guard !virtualHost.isEmpty else {
                throw BrokerAddressError(
                    "the virtual host is empty: a slash in its name is written as %2F, as in amqps://host/%2Fvhost")
            }
        }
        try parse(query: rest.dropFirst(beforeQuery.count + 1))
        if scheme == "amqps", !usesTLS {
            throw BrokerAddressError("ssl_options=None contradicts amqps://")
        }
    }

    /// The rest after hosts and ports must not have an `@`, unless it is in an option's value: else a password with one
    /// of these characters was cut in two there, and the pieces would show in host, virtual host and messages.
    private static func checkThatNothingIsCut(_ tail: Substring) throws(BrokerAddressError) {
        var cut = tail
        if let question = tail.firstIndex(of: "?") {
            let query = tail[tail.index(after: question)...]
            if options.contains(String(query.prefix { $0 != "=" })) { cut = tail[..<question] }
        }
        guard !cut.contains("@") else {
            throw BrokerAddressError("the URL has an @ too far behind: \(mustBeEncoded), and an @ in a virtual host")
        }
    }

    /// Decodes as Python's `unquote` does: bytes that are no UTF-8 become U+FFFD.
    private static func decoded(_ text: some StringProtocol) -> String {
        String(decoding: PercentEncoding.decodeLeniently(text.utf8), as: UTF8.self)
    }

    private static let mustBeEncoded = "a password with : / ? # or @ must be percent-encoded"

    private mutating func parse(authority: Substring) throws(BrokerAddressError) {
        var places = authority
        if let at = authority.lastIndex(of: "@") {
            let user = authority[..<at]
            places = authority[authority.index(after: at)...]
            let name = user.prefix { $0 != ":" }
            credentials = BrokerCredentials(
                username: Self.decoded(name),
                password: Self.decoded(user.dropFirst(name.count + 1)))
        }
        hosts = []
        for place in places.split(separator: ",", omittingEmptySubsequences: false) {
            let host = try Self.host(place, standardPort: usesTLS ? 5671 : 5672)
            guard !hosts.contains(host) else { throw BrokerAddressError("\(host) is there more than once") }
            hosts.append(host)
        }
    }

    private static func host(_ text: Substring, standardPort: Int) throws(BrokerAddressError) -> BrokerHost {
        var host = BrokerHost(name: "localhost", port: standardPort)
        var portText = Substring()
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw BrokerAddressError("the IPv6 address lacks its closing bracket")
            }
            host.name = String(text[text.index(after: text.startIndex)..<end])
            portText = text[text.index(after: end)...]
        } else {
            let name = text.prefix { $0 != ":" }
            if !name.isEmpty { host.name = name.lowercased() }
            portText = text.dropFirst(name.count)
        }
        guard portText.count > 1 else { return host }
        guard portText.first == ":", let number = UInt16(portText.dropFirst()), number > 0 else {
            throw BrokerAddressError(
                "the port is no number from 1 to 65535 (\(mustBeEncoded))")
        }
        host.port = Int(number)
        return host
    }

    private mutating func parse(query: Substring) throws(BrokerAddressError) {
        var seen: Set<String> = []
        for pair in query.split(separator: "&") {
            let name = pair.prefix { $0 != "=" }
            let raw = pair.dropFirst(name.count + 1).replacing("+", with: " ")
            // As Python's parse_qs: an option without a value is as good as absent.
            guard !raw.isEmpty else { continue }
            let option = Self.decoded(name.replacing("+", with: " "))
            guard seen.insert(option).inserted else {
                throw BrokerAddressError("the option \(option) is there more than once")
            }
            try set(option: option, to: Self.decoded(raw))
        }
    }

    /// All options.
    static let options = [
        "blocked_connection_timeout", "channel_max", "client_properties", "connection_attempts", "frame_max",
        "heartbeat", "locale", "retry_delay", "socket_timeout", "ssl_options", "stack_timeout", "tcp_options",
    ]

    private mutating func set(option: String, to text: String) throws(BrokerAddressError) {
        switch option {
        case "heartbeat": heartbeat = .seconds(try integer(text, option, 0...65_535))
        case "connection_attempts": connectionAttempts = try integer(text, option, 1...Int(Int32.max))
        case "channel_max": channelMax = try integer(text, option, 1...65_535)
        case "frame_max": frameMax = try integer(text, option, 4096...131_072)
        case "retry_delay": retryDelay = try seconds(text, option, zero: true)
        case "socket_timeout": socketTimeout = try seconds(text, option, zero: false)
        case "stack_timeout": stackTimeout = try seconds(text, option, zero: false)
        case "blocked_connection_timeout": blockedConnectionTimeout = try seconds(text, option, zero: true)
        case "locale": locale = text
        case "ssl_options": try setTLS(dictionary(text, option))
        case "tcp_options": tcpOptions = try BrokerTCPOptions(dictionary(text, option) ?? [:])
        case "client_properties": try setClientProperties(dictionary(text, option) ?? [:])
        default:
            let nearest = NearestName.of(option, among: Self.options).map { ": is \($0) meant?" } ?? ""
            throw BrokerAddressError("unknown option \(option)\(nearest)")
        }
    }

    /// The options switch TLS on, whatever the scheme; None, off.
    private mutating func setTLS(_ entries: [String: SettingValue]?) throws(BrokerAddressError) {
        usesTLS = entries != nil
        if let entries { tls = try BrokerTLS(sslOptions: entries) }
    }

    private mutating func setClientProperties(_ entries: [String: SettingValue]) throws(BrokerAddressError) {
        switch ClientProperty.list(of: entries) {
        case .success(let properties): clientProperties = properties
        case .failure(let rejected):
            throw BrokerAddressError("\(rejected.name) in client_properties: \(rejected.message)")
        }
    }

    private func dictionary(
        _ text: String, _ option: String
    ) throws(BrokerAddressError) -> [String: SettingValue]? {
        do throws(PythonLiteral.Malformed) {
            return try PythonLiteral.dictionary(text)
        } catch {
            throw BrokerAddressError("the option \(option) must be a dictionary as Python writes it: {'name': 'value'}")
        }
    }

    private func integer(
        _ text: String, _ option: String, _ range: ClosedRange<Int>
    ) throws(BrokerAddressError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw BrokerAddressError(
                "the option \(option) must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func seconds(_ text: String, _ option: String, zero: Bool) throws(BrokerAddressError) -> Duration {
        guard let number = Double(text), number.isFinite, number <= 1e9, zero ? number >= 0 : number > 0 else {
            throw BrokerAddressError(
                "the option \(option) must be a number of seconds\(zero ? "" : " greater than 0")")
        }
        return .seconds(number)
    }
}

/// The reason why an `amqp_url` can't be used. Never holds a part of the URL that could be a password.
public struct BrokerAddressError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The fault and its remedy.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

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

/// A RabbitMQ user and password. The password shows in no description, debug output or mirror.
public struct BrokerCredentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The user's name.
    public var username: String
    /// The user's password.
    public var password: String

    /// Credentials of these two.
    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }

    /// The name, and three stars.
    public var description: String { "\(username):***" }
    /// The name, and three stars.
    public var debugDescription: String { description }
    /// The name alone.
    public var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}

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
