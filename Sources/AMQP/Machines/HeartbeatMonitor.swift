/// When to send a heartbeat, and when the broker counts as dead (section 4.2.7): one is due when nothing was sent for
/// half an interval; two intervals without a byte from the broker are its end.
struct HeartbeatMonitor: Sendable, Equatable {
    typealias Instant = ContinuousClock.Instant

    /// An action that is due.
    enum Action: Sendable, Equatable {
        case none
        case send
        case dead
    }

    /// Half an interval, and two: worked out once, as they are asked for with every publish. Zero: no heartbeats.
    private var silence: Duration = .zero
    private var patience: Duration = .zero
    private var lastSent: Instant
    private var lastReceived: Instant

    /// No heartbeats until an interval is agreed on.
    init(now: Instant) {
        lastSent = now
        lastReceived = now
    }

    /// The interval is agreed on, in seconds; 0: none.
    mutating func begin(seconds: UInt16) {
        silence = .milliseconds(Int(seconds) * 500)
        patience = .seconds(Int(seconds) * 2)
    }

    private var isOn: Bool { patience > .zero }

    /// Bytes came, whatever they were.
    mutating func received(now: Instant) {
        lastReceived = now
    }

    /// The socket took bytes.
    mutating func sent(now: Instant) {
        lastSent = now
    }

    /// When to call ``tick(now:)`` next; nil without heartbeats.
    var deadline: Instant? {
        isOn ? min(lastSent + silence, lastReceived + patience) : nil
    }

    /// Returns the action that is due at `now`. A heartbeat that is to be sent counts as sent, even if the socket
    /// cannot take it yet: piling up more of them would not help.
    mutating func tick(now: Instant) -> Action {
        guard isOn else { return .none }
        if now >= lastReceived + patience { return .dead }
        if now >= lastSent + silence {
            lastSent = now
            return .send
        }
        return .none
    }
}
