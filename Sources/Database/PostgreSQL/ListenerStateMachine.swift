/// A LISTEN connection's life without I/O: what happened goes in, what to do comes out.
///
/// It connects, listens, and is asked now and then whether it still lives: a server that vanished without a word would else
/// be believed for as long as TCP believes it. When it is lost, it is made again, with a back-off that begins anew only
/// once listening has worked.
struct ListenerStateMachine {
    typealias Instant = ContinuousClock.Instant

    /// What the listener is to do.
    enum Action: Equatable {
        /// Make a connection, and report `connected` or `failed`.
        case connect
        /// Run LISTEN, and report `subscribed` or `failed`.
        case listen
        /// Ask the server for a sign of life, and report `answered` or `failed`.
        case ping
        /// Tell the reader.
        case tell(DatabaseNotice)
        /// Close what there is of a connection, and forget it.
        case disconnect
    }

    private enum State: Equatable {
        case idle
        case connecting
        case subscribing
        case listening(nextPing: Instant)
        case pinging
        case waiting(until: Instant)
        case stopped
    }

    private let limits: DatabaseLimits
    private var state = State.idle
    /// Attempts that failed in a row.
    private var failures = 0

    init(limits: DatabaseLimits) {
        self.limits = limits
    }

    /// When `tick` is to be called.
    var nextDeadline: Instant? {
        switch state {
        case .listening(let instant), .waiting(let instant): instant
        case .idle, .connecting, .subscribing, .pinging, .stopped: nil
        }
    }

    /// Somebody wants to know of changes.
    mutating func start() -> [Action] {
        guard state == .idle else { return [] }
        state = .connecting
        return [.connect]
    }

    /// A connection is there.
    mutating func connected() -> [Action] {
        guard state == .connecting else { return state == .stopped ? [.disconnect] : [] }
        state = .subscribing
        return [.listen]
    }

    /// LISTEN is done.
    mutating func subscribed(now: Instant) -> [Action] {
        guard state == .subscribing else { return [] }
        failures = 0
        state = .listening(nextPing: now + limits.listenHeartbeat)
        return [.tell(.listening)]
    }

    /// A notification came.
    func notified(_ payload: String) -> [Action] {
        switch state {
        // One may come before LISTEN's own answer is looked at; `listening` makes good for it.
        case .listening, .pinging: [.tell(.changed(payload: payload))]
        default: []
        }
    }

    /// The server gave a sign of life.
    mutating func answered(now: Instant) -> [Action] {
        guard state == .pinging else { return [] }
        state = .listening(nextPing: now + limits.listenHeartbeat)
        return []
    }

    /// No connection could be made, or it broke, or the server does not let us listen, or gives no sign of life.
    /// - Parameter jitter: a random number, 0 or more and less than 1.
    mutating func failed(_ error: DatabaseError, jitter: Double, now: Instant) -> [Action] {
        switch state {
        case .connecting, .subscribing, .listening, .pinging: break
        case .idle, .waiting, .stopped: return []
        }
        failures += 1
        state = .waiting(until: now + limits.backoff.delay(after: failures, jitter: jitter))
        return [.disconnect, .tell(.lost(error))]
    }

    /// Time has passed.
    mutating func tick(now: Instant) -> [Action] {
        switch state {
        case .listening(let nextPing) where nextPing <= now:
            state = .pinging
            return [.ping]
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
}
