import EventLoop

/// The address of the webhooks: the parts of an `http://` URL that a request needs.
struct Target: Hashable {
    /// The host as connections need it: an IPv6 address without its brackets.
    let host: String
    let port: UInt16
    /// The `Host` header's value.
    let authority: String
    /// Path and query as they go into the request line; begins with a slash.
    let path: String

    /// - Throws: `BenchError.badURL` for anything but `http://HOST[:PORT][/PATH]`, without user or fragment.
    init(_ url: String) throws(BenchError) {
        let scheme = "http://"
        guard url.lowercased().hasPrefix(scheme), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x23 }) else {
            throw .badURL(url)
        }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest.dropFirst(authority.count)
        guard !authority.contains("@"), let (host, port) = Self.split(authority) else { throw .badURL(url) }
        self.host = host
        self.port = port
        self.authority = String(authority)
        self.path = path.hasPrefix("/") ? String(path) : "/" + path
    }

    private static func split(_ authority: Substring) -> (host: String, port: UInt16)? {
        // The colon of a port comes after the brackets of an IPv6 address.
        let hostEnd = authority.lastIndex(of: "]").map { authority.index(after: $0) }
        let tail = authority[(hostEnd ?? authority.startIndex)...]
        var host = authority
        var port: UInt16? = 80
        if let colon = tail.firstIndex(of: ":") {
            host = authority[..<colon]
            port = UInt16(authority[authority.index(after: colon)...])
        }
        if host.hasPrefix("[") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, let port, port > 0 else { return nil }
        return (String(host), port)
    }

    /// The addresses of the host, in the order to try them.
    /// - Throws: `BenchError.remoteTarget` if one of them is not loopback and `allowRemote` is off, `StreamError`.
    func addresses(allowRemote: Bool) async throws -> [SocketAddress] {
        let addresses = try await SocketAddress.resolve(host: host, port: port)
        guard allowRemote || addresses.allSatisfy(\.isLoopback) else { throw BenchError.remoteTarget(host) }
        return addresses
    }
}
