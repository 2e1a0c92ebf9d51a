import CLibpq
import Glibc

/// Connection settings for PostgreSQL: libpq's keywords and values. Neither its description nor its mirror shows a
/// password.
public struct PostgresSettings: Sendable, Hashable {
    /// The values that were given, by libpq's keywords.
    let keywords: [String: String]

    /// Reads a URL or a connection string of libpq (PostgreSQL's documentation, "Connection Strings").
    /// - Throws: `DatabaseError` with the code `configuration`. libpq's own text is not in it: it quotes what it cannot
    ///   read, which may be a piece of a password.
    public init(parsing text: String) throws(DatabaseError) {
        guard !text.utf8.contains(0) else {
            throw DatabaseError(.configuration, "the database's address contains a U+0000")
        }
        var problem: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &problem) else {
            PQfreemem(problem)
            throw DatabaseError(
                .configuration,
                "libpq does not understand the database's address: check its parameters' names, and write special "
                    + "characters of a URL's user, password and host as %XX")
        }
        defer { PQconninfoFree(options) }
        keywords = Self.values(of: options)
    }

    private init(keywords: [String: String]) {
        self.keywords = keywords
    }

    /// The same settings but for one keyword.
    func with(_ keyword: String, _ value: String) -> PostgresSettings {
        PostgresSettings(keywords: keywords.merging([keyword: value]) { $1 })
    }

    /// The password, for taking it out of texts.
    var password: String? { keywords["password"] }

    /// The time for making a connection, if `connect_timeout` (in seconds) gives one: libpq leaves it to whoever connects
    /// without blocking.
    public var connectTimeout: Duration? {
        guard let seconds = value("connect_timeout").flatMap({ Int($0) }), seconds > 0 else { return nil }
        return .seconds(min(seconds, 3600))
    }

    /// The hosts, as they are given: names, addresses, and folders of Unix sockets.
    public var hosts: [String] {
        let text = value("host") ?? value("hostaddr") ?? ""
        return text.split(separator: ",").map(String.init)
    }

    /// A Boolean value that indicates whether no connection is made without encryption.
    public var requiresEncryption: Bool {
        ["require", "verify-ca", "verify-full"].contains(value("sslmode") ?? "prefer")
            || value("gssencmode") == "require"
    }

    /// The value of a keyword: as given, else as libpq has it from its environment (`PGHOST` and so on).
    func value(_ keyword: String) -> String? {
        keywords[keyword] ?? Self.defaults[keyword]
    }

    /// The values that libpq takes from environment variables and the service file for what the settings leave open.
    private static let defaults: [String: String] = {
        guard let options = PQconndefaults() else { return [:] }
        defer { PQconninfoFree(options) }
        return values(of: options)
    }()

    private static func values(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val, value.pointee != 0 {
                values[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        return values
    }
}

extension PostgresSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// User, hosts and name, as in a URL.
    public var description: String {
        let hosts = keywords["host"] ?? keywords["hostaddr"] ?? ""
        let user = keywords["user"].map { $0 + "@" } ?? ""
        let port = keywords["port"].map { ":" + $0 } ?? ""
        return "postgresql://\(user)\(hosts)\(port)/\(keywords["dbname"] ?? "")"
    }

    /// The same.
    public var debugDescription: String { description }

    /// A mirror without children, so that `dump` shows no password.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// One of the hosts of `PostgresSettings`.
struct PostgresEndpoint: Sendable, Hashable {
    /// The name or the unix socket's folder; also what a certificate is checked against.
    var host: String
    /// The numeric address, where it is known.
    var address: String
    /// The port; empty for libpq's default.
    var port: String

    /// A Boolean value that indicates whether libpq would have to resolve a name, which it does by blocking.
    var needsResolution: Bool {
        address.isEmpty && !host.isEmpty && !host.hasPrefix("/") && !host.hasPrefix("@") && !isNumeric
    }

    /// Returns a Boolean value that indicates whether libpq means this one by `other`, in which nothing is left open.
    func isTried(as other: PostgresEndpoint) -> Bool {
        other.host == (host.isEmpty ? address : host) && (address.isEmpty || other.address == address)
            && (port.isEmpty || other.port == port)
    }

    private var isNumeric: Bool {
        var buffer = in6_addr()
        return inet_pton(AF_INET, host, &buffer) == 1 || inet_pton(AF_INET6, host, &buffer) == 1
    }
}

extension PostgresEndpoint: CustomStringConvertible {
    /// The host with its address and port, as far as they are known.
    var description: String {
        let name = address.isEmpty || address == host ? host : host.isEmpty ? address : "\(host) (\(address))"
        return port.isEmpty ? name : "\(name) port \(port)"
    }
}

extension PostgresSettings {
    /// The hosts, in the order in which they are to be tried (libpq's `host`, `hostaddr` and `port` are lists).
    func endpoints() throws(DatabaseError) -> [PostgresEndpoint] {
        // A host that was given must not be overridden by the environment's address of another one.
        let givesHost = keywords["host"] != nil || keywords["hostaddr"] != nil
        let hosts = Self.list(givesHost ? keywords["host"] : value("host"))
        let addresses = Self.list(givesHost ? keywords["hostaddr"] : value("hostaddr"))
        let ports = Self.list(value("port"))
        let count = max(hosts.count, addresses.count, 1)
        guard hosts.isEmpty || addresses.isEmpty || hosts.count == addresses.count,
            ports.count <= 1 || ports.count == count
        else {
            throw DatabaseError(
                .configuration, "the database's address has lists of hosts and ports of different lengths")
        }
        return (0..<count).map { index in
            PostgresEndpoint(
                host: index < hosts.count ? hosts[index] : "",
                address: index < addresses.count ? addresses[index] : "",
                port: ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : "")
        }
    }

    /// libpq's keywords and values for a connection to `endpoints`, tried in that order.
    func connectionParameters(endpoints: [PostgresEndpoint]) -> [(keyword: String, value: String)] {
        var parameters = keywords
        parameters["host"] = endpoints.map(\.host).joined(separator: ",")
        parameters["hostaddr"] = endpoints.map(\.address).joined(separator: ",")
        parameters["port"] = endpoints.map(\.port).joined(separator: ",")
        parameters["client_encoding"] = "UTF8"
        for (keyword, fallback) in Self.fallbacks where value(keyword) == nil || keyword == "gssencmode" {
            parameters[keyword] = parameters[keyword] ?? fallback
        }
        // libpq's own default for `gssencmode` is "prefer": asked for is what the settings or the environment say.
        if keywords["gssencmode"] == nil, let asked = getenv("PGGSSENCMODE") {
            parameters["gssencmode"] = String(cString: asked)
        }
        return parameters.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The defaults given to libpq where neither the settings nor the environment say otherwise. Talking to the KDC
    /// would block the loop; the keep-alives find a server that vanished without a word.
    private static let fallbacks: KeyValuePairs<String, String> = [
        "gssencmode": "disable",
        "fallback_application_name": "webhook2fedmsg",
        "keepalives_idle": "30",
        "keepalives_interval": "10",
        "keepalives_count": "3",
        "tcp_user_timeout": "30000",
    ]

    private static func list(_ text: String?) -> [String] {
        guard let text, !text.isEmpty else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}
