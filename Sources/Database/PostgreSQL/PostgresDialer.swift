import EventLoop

/// Makes connections to PostgreSQL on one loop: names are resolved off the loop, then libpq tries the hosts in turn, as its
/// own options say. Confined to its loop.
final class PostgresDialer {
    /// What became of an attempt: a connection, which belongs to the receiver, or why there is none.
    typealias Completion = PostgresConnector.Completion

    /// One attempt. Confined to the loop.
    final class Attempt {
        fileprivate var completion: Completion?
        fileprivate var timer: LoopTimer?
        fileprivate var connector: PostgresConnector?

        fileprivate init(_ completion: @escaping Completion) {
            self.completion = completion
        }

        /// Gives up; the completion is not called.
        func cancel() {
            completion = nil
            timer?.cancel()
            timer = nil
            connector?.cancel()
            connector = nil
        }
    }

    /// Safe to send: it goes to the resolver's task and back to the loop, where alone it is looked into.
    private struct Call: @unchecked Sendable {
        let dialer: PostgresDialer
        let attempt: Attempt
    }

    private let settings: PostgresSettings
    private let timeout: Duration
    private let loop: EventLoop
    private let resolver: PostgresResolver
    /// How far the list of hosts is turned: one that does not answer in time is not the first to be tried next.
    private var rotation = 0

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
        let attempt = Attempt(completion)
        let call = Call(dialer: self, attempt: attempt)
        do throws(DatabaseError) {
            let endpoints = try settings.endpoints()
            guard endpoints.contains(where: \.needsResolution) else {
                loop.execute { call.dialer.connect(call.attempt, to: endpoints, timeout: call.dialer.timeout) }
                return attempt
            }
            resolve(endpoints, for: call)
        } catch {
            loop.execute { call.dialer.finish(call.attempt, .failure(error)) }
        }
        return attempt
    }

    private func resolve(_ endpoints: [PostgresEndpoint], for call: Call) {
        let timer = LoopTimer(on: loop) {
            let error = DatabaseError(.unavailable, "the name of PostgreSQL's host was not resolved in time")
            call.dialer.finish(call.attempt, .failure(error))
        }
        timer.schedule(after: timeout)
        call.attempt.timer = timer
        let (loop, resolver, timeout) = (loop, resolver, timeout)
        let start = ContinuousClock.now
        // Ends when the resolver answers; whether the connection is still wanted is asked then.
        Task {
            let result: Result<[PostgresEndpoint], DatabaseError>
            do throws(DatabaseError) {
                result = .success(try await resolver.resolve(endpoints))
            } catch {
                result = .failure(error)
            }
            let left = timeout - start.duration(to: .now)
            loop.execute {
                switch result {
                case .success(let resolved): call.dialer.connect(call.attempt, to: resolved, timeout: left)
                case .failure(let error): call.dialer.finish(call.attempt, .failure(error))
                }
            }
        }
    }

    private func connect(_ attempt: Attempt, to endpoints: [PostgresEndpoint], timeout: Duration) {
        guard attempt.completion != nil else { return }
        attempt.timer?.cancel()
        attempt.timer = nil
        let turned = endpoints.indices.map { endpoints[($0 + rotation) % endpoints.count] }
        let connector = PostgresConnector(loop: loop, password: settings.password)
        attempt.connector = connector
        connector.start(settings.connectionParameters(endpoints: turned), timeout: timeout) { result in
            self.finish(attempt, result)
        }
    }

    private func finish(_ attempt: Attempt, _ result: Result<PostgresConnector.Handle, DatabaseError>) {
        attempt.timer?.cancel()
        attempt.timer = nil
        attempt.connector = nil
        guard let completion = attempt.completion else { return }
        attempt.completion = nil
        if case .failure = result { rotation &+= 1 }
        completion(result)
    }
}
