import Encodings

/// The destination after the login: a path of this server, never an address elsewhere.
public struct ReturnAddress: Sendable, Hashable {
    /// Bytes of an address that is taken.
    public static let maximumCount = 2048
    /// The start page.
    public static let home = ReturnAddress(unchecked: "/")

    /// Path and query, as a `Location` may have them.
    public let path: String

    /// The address that a query or a form asks for; the start page where that is not a plain local one.
    ///
    /// One slash at its start and no other after it, no backslash (which browsers take for a slash), no control bytes
    /// and no blanks (which they leave out), nothing beyond ASCII: what is left cannot name a host. The login's own
    /// pages are not gone back to.
    public init(_ text: String?) {
        guard let text, Self.isLocal(text), !Self.isOwn(text) else {
            self = .home
            return
        }
        path = text
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
        return path == "/login" || path.hasPrefix("/login/") || path == "/logout"
    }

    /// `/login` with this address to go back to.
    func login(fresh: Bool = false) -> String {
        var query = path == "/" ? [] : ["next=\(PercentEncoding.encode(path))"]
        if fresh { query.append("fresh=1") }
        return query.isEmpty ? "/login" : "/login?\(query.joined(separator: "&"))"
    }
}
