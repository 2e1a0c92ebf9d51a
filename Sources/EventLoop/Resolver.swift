import Dispatch
import Glibc

extension SocketAddress {
    /// The queue that waits in `getaddrinfo`, which blocks: never a loop's thread.
    private static let resolver = DispatchQueue(label: "resolver")

    /// Look-ups under way and waiting, and the most there may be: a resolver that hangs must not gather them.
    private static let pendingLookUps = Locked(0)
    private static let maxPendingLookUps = 64

    /// Looks up a host name; literal addresses are answered at once, without a look-up.
    /// - Returns: at least one address, in the order of preference of the system (RFC 6724).
    /// - Throws: `StreamError.unresolvable`.
    public static func resolve(host: String, port: UInt16) async throws(StreamError) -> [SocketAddress] {
        if let literal = SocketAddress(literal: host, port: port) { return [literal] }
        let isAdmitted = pendingLookUps.withLock { pending in
            if pending < maxPendingLookUps { pending += 1 } else { return false }
            return true
        }
        guard isAdmitted else { throw .unresolvable(host: host, reason: "too many look-ups are waiting") }
        let found = await withUnsafeContinuation { continuation in
            resolver.async { continuation.resume(returning: lookUp(host: host, port: port)) }
        }
        pendingLookUps.withLock { $0 -= 1 }
        return try found.get()
    }

    private static func lookUp(host: String, port: UInt16) -> Result<[SocketAddress], StreamError> {
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
            if let address = SocketAddress(entry.pointee, port: port) { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        guard !addresses.isEmpty else { return .failure(.unresolvable(host: host, reason: "no address")) }
        return .success(addresses)
    }

    private init?(_ entry: addrinfo, port: UInt16) {
        guard let source = entry.ai_addr, Int(entry.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size else {
            return nil
        }
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: Int(entry.ai_addrlen)))
        }
        switch SocketAddress(&storage) {
        case .ipv4(let address, _): self = .ipv4(address: address, port: port)
        case .ipv6(let address, _, let scope): self = .ipv6(address: address, port: port, scope: scope)
        default: return nil
        }
    }
}
