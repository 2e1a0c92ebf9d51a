import Dispatch
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

/// Look-ups of host names, which block: on threads of their own, never a loop's nor one of the pool that tasks run on. One
/// that hangs holds up those of the same name, which share it, and no others, unless as many hang as there are threads.
final class LookUps: Sendable {
    typealias Answer = Result<[SocketAddress], StreamError>

    /// Look-ups at once, one thread each. No key, as little as the next: a process has a handful of names to look up, the
    /// broker's and PostgreSQL's hosts.
    static let maxThreads = 8
    /// Callers that wait; further ones fail at once. A resolver that hangs must not gather them.
    static let maxWaiters = 64

    private struct State {
        /// The waiters for each name that is being looked up or is queued.
        var waiters: [String: [UnsafeContinuation<Answer, Never>]] = [:]
        var waiting = 0
        /// Names that no thread is free for, the oldest first.
        var queue: [String] = []
        /// Threads that look nothing up, by their places in `threads`.
        var free = Array(0..<LookUps.maxThreads)
    }

    private let resolve: @Sendable (_ host: String) -> Answer
    /// Serial queues get a thread each, whatever else hangs. What a concurrent queue blocks are the few threads of the pool
    /// that Swift's tasks share.
    private let threads = (0..<maxThreads).map { DispatchQueue(label: "resolver-\($0)") }
    private let state = Locked(State())

    init(resolve: @escaping @Sendable (_ host: String) -> Answer) {
        self.resolve = resolve
    }

    /// Looks a name up, or waits for a look-up of it that is under way.
    func addresses(of host: String) async -> Answer {
        await withUnsafeContinuation { continuation in
            let isAdmitted = state.withLock { state in
                guard state.waiting < Self.maxWaiters else { return false }
                state.waiting += 1
                if state.waiters[host] == nil { state.queue.append(host) }
                state.waiters[host, default: []].append(continuation)
                return true
            }
            guard isAdmitted else {
                let error = StreamError.unresolvable(host: host, reason: "too many look-ups are waiting")
                return continuation.resume(returning: .failure(error))
            }
            startNext()
        }
    }

    /// Gives a free thread the name that has waited longest.
    private func startNext() {
        let next: (host: String, thread: Int)? = state.withLock { state in
            guard !state.queue.isEmpty, let thread = state.free.popLast() else { return nil }
            return (state.queue.removeFirst(), thread)
        }
        guard let next else { return }
        threads[next.thread].async { [self] in
            finish(next.host, resolve(next.host), on: next.thread)
        }
    }

    private func finish(_ host: String, _ answer: Answer, on thread: Int) {
        let waiters = state.withLock { state in
            state.free.append(thread)
            let waiters = state.waiters.removeValue(forKey: host) ?? []
            state.waiting -= waiters.count
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: answer) }
        startNext()
    }
}
