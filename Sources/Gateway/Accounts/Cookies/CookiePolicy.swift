import HTTPServer

/// The names and attributes of this server's cookies: under https `__Host-` ones, which no other host and no plain
/// connection can set (RFC 6265bis section 4.1.3); on loopback without TLS, plain ones.
struct CookiePolicy: Sendable, Hashable {
    let isSecure: Bool

    init(baseURL: String) {
        isSecure = baseURL.hasPrefix("https://")
    }

    /// A cookie's full name.
    func name(_ name: String) -> String { isSecure ? "__Host-\(name)" : name }

    /// Sets a cookie.
    func set(_ name: String, _ value: String, maxAge: Duration) -> ServerResponse.Field {
        field(name, value, maxAge: maxAge.components.seconds)
    }

    /// Takes a cookie away.
    func delete(_ name: String) -> ServerResponse.Field { field(name, "", maxAge: 0) }

    private func field(_ name: String, _ value: String, maxAge: Int64) -> ServerResponse.Field {
        let secure = isSecure ? "; Secure" : ""
        return .init(
            "Set-Cookie", "\(self.name(name))=\(value); Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Lax\(secure)")
    }

    /// The value of a cookie of ours; nil if the request has none or several of that name.
    func value(of name: String, in head: RequestHead) -> String? {
        let name = self.name(name)
        let values = Self.pairs(in: head).filter { $0.name == name }
        return values.count == 1 ? values[0].value : nil
    }

    /// The names of ours that begin so, without what the policy put before them.
    func names(from prefix: String, in head: RequestHead) -> [String] {
        let full = name(prefix)
        return Self.pairs(in: head).filter { $0.name.hasPrefix(full) }.map { prefix + $0.name.dropFirst(full.count) }
    }

    private static func pairs(in head: RequestHead) -> [(name: String, value: String)] {
        head.values("cookie").flatMap { line in
            line.split(separator: UInt8(ascii: ";")).compactMap { pair in
                let trimmed = pair.drop { $0 == 0x20 || $0 == 0x09 }
                guard let equals = trimmed.firstIndex(of: UInt8(ascii: "=")) else { return nil }
                // A cookie is ASCII (RFC 6265 section 4.1.1); none of ours is anything else.
                guard trimmed.allSatisfy({ $0 < 0x80 }) else { return nil }
                let value = String(decoding: trimmed[trimmed.index(after: equals)...], as: UTF8.self)
                return (String(decoding: trimmed[..<equals], as: UTF8.self), value)
            }
        }
    }
}
