import EventLoop
import Synchronization

/// The knowledge that the publishers of one broker share, on whichever loop they are and however often they connect:
/// what it refused lately, whether it can be asked, and when which line was last written to the log.
///
/// Looked at with each publish: while nothing is remembered, that is one load of a flag.
public final class BrokerMemory: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct Throttles {
        /// The broker closed a channel.
        var refusals = LogThrottle()
        /// It lets nothing be published.
        var hopeless = LogThrottle()
        /// No queue took a message.
        var returns = LogThrottle()
    }

    /// Kinds of lines of which a flood is a line a minute.
    enum Line {
        case refusal, hopeless, returned
    }

    private let hasRefusals = Atomic(false)
    private let probesAreRefused = Atomic(false)
    private let refusals = Locked(RefusalMemory())
    private let throttles = Locked(Throttles())

    /// A memory of nothing yet.
    public init() {}

    /// Notes a refusal, for `duration`.
    func note(_ refusal: Refusal, text: String, for duration: Duration, now: Instant) {
        refusals.withLock {
            $0.note(refusal, text: text, for: duration, now: now)
            hasRefusals.store($0.end != nil, ordering: .relaxed)
        }
    }

    /// Has topics tried again.
    func forgetTopics() {
        refusals.withLock {
            $0.forgetTopics()
            hasRefusals.store($0.end != nil, ordering: .relaxed)
        }
    }

    /// Returns the outcome of similar messages lately; `nil` if none was refused.
    func outcome(of message: OutgoingMessage, now: Instant) -> PublishOutcome? {
        guard hasRefusals.load(ordering: .relaxed) else { return nil }
        return refusals.withLock { memory in
            if let end = memory.end, end <= now {
                memory = RefusalMemory()
                hasRefusals.store(false, ordering: .relaxed)
            }
            return memory.outcome(of: message, now: now)
        }
    }

    /// A Boolean value that indicates whether anything is remembered, or was when that was last looked at.
    var isEmpty: Bool { !hasRefusals.load(ordering: .relaxed) }

    /// A Boolean value that indicates whether the broker ends the connection that asks for a second channel: it is not
    /// asked any more.
    var refusesProbes: Bool { probesAreRefused.load(ordering: .relaxed) }

    /// The broker ended a connection for its second channel.
    /// - Returns: Whether that was not known yet.
    func noteRefusedProbe() -> Bool {
        !probesAreRefused.exchange(true, ordering: .relaxed)
    }

    /// Returns a Boolean value that indicates whether such a line may be written now.
    /// - Returns: How many were held back since the last one; `nil` if this one is held back, too.
    func pass(_ line: Line, now: Instant) -> Int? {
        throttles.withLock {
            switch line {
            case .refusal: $0.refusals.pass(now: now)
            case .hopeless: $0.hopeless.pass(now: now)
            case .returned: $0.returns.pass(now: now)
            }
        }
    }
}
