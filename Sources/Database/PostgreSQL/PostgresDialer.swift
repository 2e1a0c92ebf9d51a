import EventLoop

/// Makes connections to PostgreSQL on one loop: names are resolved off the loop, then libpq tries the hosts in turn, as its
/// own options say. Confined to its loop.
///
/// Each host has its share of an attempt's time. When one says nothing for so long, libpq is started again with the others:
/// it has no time-out of its own when it does not block, and would wait for the silent host till the end.
final class PostgresDialer {
    /// The outcome of an attempt: a connection, which belongs to the receiver, or why there is none.
    typealias Completion = (Result<PostgresConnector.Handle, DatabaseError>) -> Void

    /// One attempt. Confined to the loop.
    final class Attempt {
        fileprivate var completion: Completion?
        fileprivate var lookUp: PostgresLookUp?
        fileprivate var connector: PostgresConnector?
        fileprivate let deadline: ContinuousClock.Instant
        /// The turn of the host list for this attempt; nil before there was a list.
        fileprivate var rotation: Int?
        /// The hosts that have not been silent.
        fileprivate var hosts: [PostgresEndpoint] = []
        /// Those that have.
        fileprivate var silent: [PostgresEndpoint] = []

        fileprivate init(until deadline: ContinuousClock.Instant, _ completion: @escaping Completion) {
            self.deadline = deadline
            self.completion = completion
        }

        /// Gives up; the completion is not called.
        func cancel() {
            completion = nil
            lookUp?.cancel()
            lookUp = nil
            connector?.cancel()
            connector = nil
        }
    }

    /// Safe to send: it goes through the loop's queue and back to the loop, where alone it is looked into.
    private struct Call: @unchecked Sendable {
        let dialer: PostgresDialer
        let attempt: Attempt
    }

    private let settings: PostgresSettings
    private let timeout: Duration
    private let loop: EventLoop
    private let resolver: PostgresResolver
    /// The turn of the list of hosts: one that does not answer in time is not the first to be tried next.
    private(set) var rotation = 0
    /// The host of the last connection that was made: after a cut it is tried first, whatever failed meanwhile.
    private(set) var lastHost: PostgresEndpoint?

    /// - Parameter timeout: for one attempt, where the settings have no `connect_timeout`.
    init(settings: PostgresSettings, timeout: Duration, loop: EventLoop, resolver: PostgresResolver) {
        self.settings = settings
        self.timeout = settings.connectTimeout ?? timeout
        self.loop = loop
        self.resolver = resolver
    }

    /// Begins an attempt; `completion` is called once, on the loop and later, unless the attempt is cancelled.
    func dial(_ completion: @escaping Completion) -> Attempt {
        loop.preconditionInLoop()
        let attempt = Attempt(until: .now + timeout, completion)
        let call = Call(dialer: self, attempt: attempt)
        do throws(DatabaseError) {
            let endpoints = try settings.endpoints()
            guard endpoints.contains(where: \.needsResolution) else {
                loop.execute { call.dialer.connect(call.attempt, to: endpoints) }
                return attempt
            }
            resolve(endpoints, for: attempt)
        } catch {
            loop.execute { call.dialer.finish(call.attempt, .failure(error)) }
        }
        return attempt
    }

    private func resolve(_ endpoints: [PostgresEndpoint], for attempt: Attempt) {
        let lookUp = PostgresLookUp(endpoints, loop: loop)
        attempt.lookUp = lookUp
        lookUp.start(resolver, timeout: timeout) { result in
            attempt.lookUp = nil
            switch result {
            case .success(let resolved): self.connect(attempt, to: resolved)
            case .failure(let error): self.finish(attempt, .failure(error))
            }
        }
    }

    private func connect(_ attempt: Attempt, to endpoints: [PostgresEndpoint]) {
        attempt.rotation = rotation
        attempt.hosts = endpoints.indices.map { endpoints[($0 + rotation) % endpoints.count] }
        if let lastHost, let index = attempt.hosts.firstIndex(where: { $0.isTried(as: lastHost) }) {
            attempt.hosts.insert(attempt.hosts.remove(at: index), at: 0)
        }
        tryHosts(attempt)
    }

    private func tryHosts(_ attempt: Attempt) {
        guard attempt.completion != nil else { return }
        let share = ContinuousClock.now.duration(to: attempt.deadline) / attempt.hosts.count
        let connector = PostgresConnector(loop: loop, password: settings.password)
        attempt.connector = connector
        connector.start(
            settings.connectionParameters(endpoints: attempt.hosts), share: share, deadline: attempt.deadline
        ) { outcome in
            switch outcome {
            case .connected(let handle, let host):
                self.lastHost = host
                self.finish(attempt, .success(handle))
            case .failed(let error): self.finish(attempt, .failure(error.after(silent: attempt.silent)))
            case .silent(let host): self.wasSilent(host, attempt)
            }
        }
    }

    /// Goes on with the other hosts. Those that refused before may do so once more: only together with them does libpq know
    /// which of the rest to prefer (`target_session_attrs`).
    private func wasSilent(_ host: PostgresEndpoint, _ attempt: Attempt) {
        let index = attempt.hosts.firstIndex { $0.isTried(as: host) } ?? 0
        attempt.silent.append(attempt.hosts.remove(at: index))
        guard !attempt.hosts.isEmpty, attempt.deadline > .now else {
            let error = DatabaseError(.unavailable, "PostgreSQL did not answer within \(timeout)")
            return finish(attempt, .failure(error))
        }
        tryHosts(attempt)
    }

    private func finish(_ attempt: Attempt, _ result: Result<PostgresConnector.Handle, DatabaseError>) {
        attempt.lookUp = nil
        attempt.connector = nil
        guard let completion = attempt.completion else { return }
        attempt.completion = nil
        turn(after: attempt, result)
        completion(result)
    }

    /// Several attempts that were under way together turn the list once: else as many of them as there are hosts would turn
    /// it back to the dead one.
    private func turn(after attempt: Attempt, _ result: Result<PostgresConnector.Handle, DatabaseError>) {
        guard attempt.rotation == rotation else { return }
        if case .failure = result { rotation &+= 1 } else { rotation &+= attempt.silent.count }
    }
}

extension DatabaseError {
    /// The same, and which hosts had said nothing before.
    fileprivate func after(silent hosts: [PostgresEndpoint]) -> DatabaseError {
        guard !hosts.isEmpty else { return self }
        let names = hosts.map(\.description).joined(separator: ", ")
        return DatabaseError(code, sqlState: sqlState, "\(message); no answer in time from \(names)")
    }
}
