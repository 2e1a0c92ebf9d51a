import Encodings
import HTTPServer

/// The paths of the login's pages.
enum AccountPaths {
    static let login = "/login"
    static let callback = "/login/callback"
    static let development = "/login/development"
    static let logout = "/logout"
}

/// The destination after the login: a path of this server, never an address elsewhere.
struct ReturnAddress: Sendable, Hashable {
    /// The maximum size of an address, in bytes.
    static let maximumCount = 2048
    /// The start page.
    static let home = ReturnAddress(unchecked: "/")

    /// Path and query, as a `Location` may have them.
    let path: String

    /// Creates the address that a query or a form asks for; the start page if that is not a plain local one.
    ///
    /// One slash at its start and no other after it, no backslash (which browsers take for a slash), no control bytes
    /// and no blanks (which they leave out), nothing beyond ASCII: what is left cannot name a host. The login's own
    /// pages are not gone back to.
    init(_ text: String?) {
        guard let text, Self.isLocal(text), !Self.isOwn(text) else {
            self = .home
            return
        }
        path = text
    }

    /// Creates the address of a request for a page; the start page for all others.
    init(of exchange: HTTPExchange) {
        guard exchange.head.method == .get || exchange.head.method == .head else {
            self = .home
            return
        }
        let query = exchange.head.query.map { "?" + String(decoding: $0, as: UTF8.self) } ?? ""
        self.init(exchange.head.path + query)
    }

    private init(unchecked path: String) {
        self.path = path
    }

    private static func isLocal(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= maximumCount, bytes.first == UInt8(ascii: "/") else { return false }
        guard bytes.count == 1 || bytes[1] != UInt8(ascii: "/") else { return false }
        return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#") }
    }

    private static func isOwn(_ text: String) -> Bool {
        let path = text.prefix { $0 != "?" }
        return path == AccountPaths.login || path.hasPrefix("/login/") || path == AccountPaths.logout
    }

    /// Returns `/login` with this address to go back to.
    func login(fresh: Bool = false) -> String {
        var query = path == "/" ? [] : ["next=\(PercentEncoding.encode(path))"]
        if fresh { query.append("fresh=1") }
        return AccountPaths.login + (query.isEmpty ? "" : "?\(query.joined(separator: "&"))")
    }
}
