import Encodings

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
