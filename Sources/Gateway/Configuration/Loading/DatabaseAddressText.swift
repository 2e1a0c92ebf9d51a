/// What the configuration must know of a database's address; the database itself knows the rest.
enum DatabaseAddressText {
    private static let urlSchemes = ["postgresql://", "postgres://"]

    /// Whether a text can be one: `sqlite:…`, a PostgreSQL URL, or libpq's `keyword=value`.
    static func isAddress(_ text: String) -> Bool {
        if text.hasPrefix("sqlite:") { return text.utf8.count > 7 }
        return urlSchemes.contains { text.hasPrefix($0) } || (!text.contains("://") && text.contains("="))
    }

    /// The address without what could be a password.
    static func redacted(_ text: String) -> String {
        if text.hasPrefix("sqlite:") { return text }
        guard let scheme = urlSchemes.first(where: { text.hasPrefix($0) }) else {
            return "postgresql (by a connection string)"
        }
        // The parameters may hold a password too.
        let rest = text.dropFirst(scheme.count).prefix { $0 != "?" }
        guard let at = rest.lastIndex(of: "@") else { return scheme + rest }
        return scheme + rest[..<at].prefix { $0 != ":" } + rest[at...]
    }
}
