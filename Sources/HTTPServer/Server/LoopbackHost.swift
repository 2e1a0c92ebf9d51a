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
