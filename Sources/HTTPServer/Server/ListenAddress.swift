import EventLoop

/// An address to listen on: a host and a port, as `host:port`.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without brackets; `*` is every address of the machine.
    public var host: String
    /// The port; 0 takes one that is free.
    public var port: Int

    /// An address of these two.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`, with IPv6 in brackets; nil if the text is none.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        var host = text[..<colon]
        if host.first == "[" && host.last == "]" {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard let port = UInt16(digits), digits.first != "+", !host.isEmpty,
            !host.contains(where: { $0.isWhitespace || "/[]@?#".contains($0) })
        else { return nil }
        self.init(host: String(host), port: Int(port))
    }

    /// `host:port`.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// A Boolean value that indicates whether only this machine can reach it.
    public var isLoopback: Bool { isLocalhost || SocketAddress(literal: host, port: 0)?.isLoopback ?? false }

    private var isLocalhost: Bool { ["localhost", "localhost."].contains(host.lowercased()) }

    /// The addresses of both protocols that it stands for, if it is every address of the machine, or `localhost`
    /// (RFC 6761).
    private var bothProtocols: [String]? {
        if isLocalhost { return ["127.0.0.1", "::1"] }
        // Zero in IPv6 can be written in several ways (RFC 4291 section 2.2); in IPv4 it is just that protocol's.
        let isEvery = host == "*" || SocketAddress(literal: host, port: 0) == SocketAddress(literal: "::", port: 0)
        return isEvery ? ["0.0.0.0", "::"] : nil
    }

    /// The addresses to bind for these, each once. What stands for addresses of both protocols does with one of them on a
    /// machine that has no other.
    ///
    /// - Throws: `StreamError.unresolvable`.
    package static func resolve(_ listen: [ListenAddress]) async throws(StreamError) -> [SocketAddress] {
        var addresses: [SocketAddress] = []
        for place in listen {
            let port = UInt16(clamping: place.port)
            var found: [SocketAddress]
            if let hosts = place.bothProtocols {
                found = hosts.compactMap { SocketAddress(literal: $0, port: port) }
                let usable = found.filter(\.isOfThisMachine)
                if !usable.isEmpty { found = usable }
            } else {
                found = try await SocketAddress.resolve(host: place.host, port: port)
            }
            addresses += found.filter { port == 0 || !addresses.contains($0) }
        }
        return addresses
    }
}

/// Tells hosts that are this machine.
package enum LoopbackHost {
    /// Returns a Boolean value that indicates whether `host[:port]` names loopback: `localhost`, 127.0.0.0/8 or
    /// `[::1]`.
    package static func isLoopback(authority: some Collection<UInt8>) -> Bool {
        var host = String(decoding: authority, as: UTF8.self).lowercased()
        if let bracket = host.lastIndex(of: "]") {
            host = String(host[...bracket])
        } else if let colon = host.lastIndex(of: ":") {
            host = String(host[..<colon])
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return ListenAddress(host: host, port: 0).isLoopback
    }

    /// The same for a URL's host.
    package static func isLoopback(url: String) -> Bool {
        guard let mark = url.firstRange(of: "://") else { return false }
        let authority = url[mark.upperBound...].prefix { !"/?#".contains($0) }
        return !authority.contains("@") && isLoopback(authority: authority.utf8)
    }
}
