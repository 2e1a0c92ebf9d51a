/// A LISTEN connection's life without I/O: what happened goes in, what to do comes out.
///
/// It connects, listens, and is believed only when a notice has come: a proof, sent by one of the pool's connections, at
/// the beginning and then now and then. So a server that vanished without a word is noticed, and a pooler that takes LISTEN
/// and passes no notices on. When it is lost, it is made again, with a back-off that begins anew only once a proof has come.
///
/// A later proof may come too late because the pool is busy, which is nothing that a new connection makes better: it is
/// lost when two in a row do. So it is believed for three heartbeats at most after a proof has come.
struct ListenerStateMachine {
    typealias Instant = ContinuousClock.Instant

    /// An action for the listener.
    enum Action: Equatable {
        /// Make a connection, and report `connected` or `failed`.
        case connect
        /// Run LISTEN, for changes and for proofs, and report `subscribed` or `failed`.
        case listen
        /// Have another connection NOTIFY this, and report `unproven` if that fails.
        case prove(String)
        /// Tell the reader.
        case tell(DatabaseNotice)
        /// Close what there is of a connection, and forget it.
        case disconnect
    }

    private enum State: Equatable {
        case idle
        case connecting
        case subscribing
        /// The proof was sent; nothing is told before the first of them has come.
        case proving(String, isFirst: Bool, until: Instant)
        case listening(nextProof: Instant)
        case waiting(until: Instant)
        case stopped
    }

    private let limits: DatabaseLimits
    private let name: String
    private var state = State.idle
    /// Attempts that failed in a row.
    private var failures = 0
    private var proofs = 0
    /// Proofs in a row that did not come in time, after one that came.
    private var misses = 0
    private var connectedAt: Instant?

    /// - Parameter name: tells this listener's proofs from those of all others on the channel.
    init(limits: DatabaseLimits, name: String) {
        self.limits = limits
        self.name = name
    }

    /// When `tick` is to be called.
    var nextDeadline: Instant? {
        switch state {
        case .listening(let instant), .waiting(let instant), .proving(_, _, let instant): instant
        case .idle, .connecting, .subscribing, .stopped: nil
        }
    }

    /// Somebody wants to know of changes.
    mutating func start() -> [Action] {
        guard state == .idle else { return [] }
        state = .connecting
        return [.connect]
    }

    /// A connection is there.
    mutating func connected(now: Instant) -> [Action] {
        guard state == .connecting else { return state == .stopped ? [.disconnect] : [] }
        state = .subscribing
        connectedAt = now
        return [.listen]
    }

    /// LISTEN is done.
    mutating func subscribed(now: Instant) -> [Action] {
        guard state == .subscribing else { return [] }
        return prove(isFirst: true, now)
    }

    /// A proof came, of whichever listener.
    mutating func proved(_ proof: String, now: Instant) -> [Action] {
        guard case .proving(proof, let isFirst, _) = state else { return [] }
        failures = 0
        misses = 0
        state = .listening(nextProof: now + limits.listenHeartbeat)
        return isFirst ? [.tell(.listening)] : []
    }

    /// Something was changed.
    mutating func notified(_ payload: String) -> [Action] {
        switch state {
        // What comes before the first proof is made good for by `listening`.
        case .listening, .proving(_, false, _): return [.tell(.changed(payload: payload))]
        default: return []
        }
    }

    /// A proof could not be sent.
    mutating func unproven(_ proof: String, _ error: DatabaseError, jitter: Double, now: Instant) -> [Action] {
        guard case .proving(proof, let isFirst, let end) = state else { return [] }
        guard !isFirst, misses == 0, error.code == .timeout || error.code == .overloaded else {
            return failed(error, jitter: jitter, now: now)
        }
        misses += 1
        state = .listening(nextProof: end)
        return []
    }

    /// No connection could be made, or it broke, or the server does not let us listen, or turned out to be another than is
    /// wanted.
    /// - Parameter jitter: a random number, 0 or more and less than 1.
    mutating func failed(_ error: DatabaseError, jitter: Double, now: Instant) -> [Action] {
        switch state {
        case .connecting, .subscribing, .listening, .proving: break
        case .idle, .waiting, .stopped: return []
        }
        failures += 1
        state = .waiting(until: now + limits.backoff.delay(after: failures, jitter: jitter))
        return [.disconnect, .tell(.lost(error))]
    }

    /// Time has passed.
    /// - Parameter jitter: as for `failed`.
    mutating func tick(jitter: Double, now: Instant) -> [Action] {
        switch state {
        case .listening(let nextProof) where nextProof <= now:
            if let connectedAt, connectedAt + limits.maxLifetime <= now { return renew() }
            return prove(isFirst: false, now)
        case .proving(_, let isFirst, let instant) where instant <= now:
            guard !isFirst, misses == 0 else {
                return failed(.noticesDoNotArrive(limits), jitter: jitter, now: now)
            }
            misses += 1
            return prove(isFirst: false, now)
        case .waiting(let instant) where instant <= now:
            state = .connecting
            return [.connect]
        default:
            return []
        }
    }

    /// Nobody wants to know any more.
    mutating func stop() -> [Action] {
        guard state != .stopped else { return [] }
        state = .stopped
        return [.disconnect]
    }

    private mutating func prove(isFirst: Bool, _ now: Instant) -> [Action] {
        proofs += 1
        if isFirst { misses = 0 }
        let proof = "\(name):\(proofs)"
        state = .proving(proof, isFirst: isFirst, until: now + limits.listenHeartbeat)
        return [.prove(proof)]
    }

    /// The connection is as old as one may get: as the pool's, it is to follow a failover.
    private mutating func renew() -> [Action] {
        state = .connecting
        return [.disconnect, .tell(.lost(.listenerIsOld)), .connect]
    }
}

extension DatabaseError {
    static let listenerIsOld = DatabaseError(.unavailable, "the connection that listens is as old as it may get")

    static func noticesDoNotArrive(_ limits: DatabaseLimits) -> DatabaseError {
        DatabaseError(
            .unavailable,
            "no notice arrived within \(limits.listenHeartbeat): the server hangs, or a pooler stands between that "
                + "shares connections, with which LISTEN does not work")
    }
}
