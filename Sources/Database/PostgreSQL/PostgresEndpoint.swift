import CLibpq
import Glibc

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
