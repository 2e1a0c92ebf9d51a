import Glibc

extension SocketAddress {
    private static let lookUps = LookUps(resolve: lookUp)

    /// Looks up a host name; literal addresses are answered at once, without a look-up.
    /// - Returns: at least one address, in the order of preference of the system (RFC 6724).
    /// - Throws: `StreamError.unresolvable`.
    public static func resolve(host: String, port: UInt16) async throws(StreamError) -> [SocketAddress] {
        if let literal = SocketAddress(literal: host, port: port) { return [literal] }
        return try await lookUps.addresses(of: host).get().map { $0.with(port: port) }
    }

    /// Asks the system, which blocks.
    @Sendable private static func lookUp(host: String) -> Result<[SocketAddress], StreamError> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else {
            return .failure(.unresolvable(host: host, reason: String(cString: gai_strerror(status))))
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next {
            if let address = SocketAddress(entry.pointee) { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        guard !addresses.isEmpty else { return .failure(.unresolvable(host: host, reason: "no address")) }
        return .success(addresses)
    }

    private init?(_ entry: addrinfo) {
        guard let source = entry.ai_addr, Int(entry.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size else {
            return nil
        }
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: Int(entry.ai_addrlen)))
        }
        self.init(&storage)
    }

    func with(port: UInt16) -> SocketAddress {
        switch self {
        case .ipv4(let address, _): .ipv4(address: address, port: port)
        case .ipv6(let address, _, let scope): .ipv6(address: address, port: port, scope: scope)
        case .unix: self
        }
    }
}
