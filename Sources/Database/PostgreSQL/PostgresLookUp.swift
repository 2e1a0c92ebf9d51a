import EventLoop

/// One look-up of all names among PostgreSQL's hosts, side by side. Confined to its loop.
///
/// A name server that hangs for one of the hosts must not keep the others from being reached: after a part of the time it
/// goes on with those that are known by then. A name that cannot be resolved is left out, unless none is left.
final class PostgresLookUp {
    /// Gets the hosts in their order, each once for each of its addresses; at least one.
    typealias Completion = (Result<[PostgresEndpoint], DatabaseError>) -> Void

    /// Safe to send: it goes to the resolver's tasks and back to the loop, where alone it is looked into.
    private struct Call: @unchecked Sendable {
        let lookUp: PostgresLookUp
    }

    /// The part of the time that all names are waited for.
    private static let patience = 4

    private let endpoints: [PostgresEndpoint]
    private let loop: EventLoop
    private var completion: Completion?
    /// The outcome for each host; nil while it is not known.
    private var found: [[PostgresEndpoint]?]
    private var timer: LoopTimer?
    private var isLate = false

    init(_ endpoints: [PostgresEndpoint], loop: EventLoop) {
        self.endpoints = endpoints
        self.loop = loop
        found = endpoints.map { $0.needsResolution ? nil : [$0] }
    }

    /// Begins. `completion` is called once, on the loop and later, unless `cancel` comes first. At least one host needs it.
    func start(_ resolver: PostgresResolver, timeout: Duration, completion: @escaping Completion) {
        loop.preconditionInLoop()
        self.completion = completion
        let patience = timeout / Self.patience
        let timer = LoopTimer(on: loop) { [weak self] in self?.timeIsUp(left: timeout - patience) }
        timer.schedule(after: patience)
        self.timer = timer
        for (index, endpoint) in endpoints.enumerated() where endpoint.needsResolution {
            let call = Call(lookUp: self)
            let loop = loop
            // Ends when the resolver answers; whether anybody still wants to know is asked then.
            Task {
                let resolved = await resolver.resolve(endpoint)
                loop.execute { call.lookUp.answered(index, resolved) }
            }
        }
    }

    /// Gives up; the completion is not called.
    func cancel() {
        completion = nil
        timer?.cancel()
        timer = nil
    }

    private func answered(_ index: Int, _ resolved: [PostgresEndpoint]) {
        found[index] = resolved
        finishIfKnown()
    }

    private func timeIsUp(left: Duration) {
        guard isLate else {
            isLate = true
            timer?.schedule(after: left)
            return finishIfKnown()
        }
        finish(.failure(DatabaseError(.unavailable, "the name of PostgreSQL's host was not resolved in time")))
    }

    private func finishIfKnown() {
        let known = found.compactMap(\.self).flatMap(\.self)
        if !known.isEmpty, isLate || !found.contains(where: { $0 == nil }) { return finish(.success(known)) }
        guard !found.contains(where: { $0 == nil }) else { return }
        let names = endpoints.map(\.host).joined(separator: ", ")
        finish(.failure(DatabaseError(.unavailable, "the name of PostgreSQL's host cannot be resolved: \(names)")))
    }

    private func finish(_ result: Result<[PostgresEndpoint], DatabaseError>) {
        let completion = self.completion
        cancel()
        completion?(result)
    }
}

/// Looks up the names of PostgreSQL's hosts, off the loop, since libpq would block it.
struct PostgresResolver: Sendable {
    /// The numeric addresses of a host.
    let addresses: @Sendable (_ host: String) async throws -> [String]

    /// The system's resolver, on threads of its own.
    static let system = PostgresResolver { host in
        try await SocketAddress.resolve(host: host, port: 0).map(\.host)
    }

    /// The endpoint as it is, or once for each address that its name has; nothing where the name cannot be resolved.
    func resolve(_ endpoint: PostgresEndpoint) async -> [PostgresEndpoint] {
        guard endpoint.needsResolution else { return [endpoint] }
        let found = (try? await addresses(endpoint.host)) ?? []
        return found.map { PostgresEndpoint(host: endpoint.host, address: $0, port: endpoint.port) }
    }
}
