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
