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

    /// Remembers a refusal for `duration`.
    func remember(_ refusal: Refusal, text: String, for duration: Duration, now: Instant) {
        refusals.withLock {
            $0.remember(refusal, text: text, for: duration, now: now)
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
    func rememberRefusedProbe() -> Bool {
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

/// The broker's recent refusals, remembered so that it is not sent again for a while: each time costs the channel.
struct RefusalMemory: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// Topics remembered at most; the oldest goes first.
    static let maximumTopics = 1024

    private struct Entry {
        var refusal: Refusal
        var text: String
        var until: Instant
    }

    private var topics: [String: Entry] = [:]
    /// Beginnings of topics.
    private var beginnings: [String: Entry] = [:]
    private var size: Entry?
    /// When the last of them is forgotten; `nil` if there is none.
    private(set) var end: Instant?

    /// Remembers a refusal. Those that are no message's own are not remembered: they end without a word.
    /// - Parameter duration: For how long it is remembered.
    mutating func remember(_ refusal: Refusal, text: String, for duration: Duration, now: Instant) {
        let entry = Entry(refusal: refusal, text: text, until: now + duration)
        switch refusal {
        case .topic(let topic, isCut: false): Self.put(entry, topic, in: &topics, now)
        case .topic(let start, isCut: true): Self.put(entry, start, in: &beginnings, now)
        case .size: size = entry
        case .exchange, .unnamed: return
        }
        end = max(end ?? entry.until, entry.until)
    }

    private static func put(_ entry: Entry, _ key: String, in entries: inout [String: Entry], _ now: Instant) {
        if entries.count >= maximumTopics, entries[key] == nil {
            entries = entries.filter { $0.value.until > now }
            if entries.count >= maximumTopics, let oldest = entries.min(by: { $0.value.until < $1.value.until }) {
                entries[oldest.key] = nil
            }
        }
        entries[key] = entry
    }

    /// Has topics tried again.
    mutating func forgetTopics() {
        topics = [:]
        beginnings = [:]
        end = size?.until
    }

    /// Returns the outcome of similar messages lately; `nil` if none was refused.
    func outcome(of message: OutgoingMessage, now: Instant) -> PublishOutcome? {
        if let size, size.until > now, size.refusal.concerns(message) {
            return size.refusal.outcome(code: 406, text: size.text)
        }
        let entry =
            (topics.isEmpty ? nil : topics[message.routingKey])
            ?? (beginnings.isEmpty ? nil : beginnings.values.first { $0.refusal.concerns(message) })
        guard let entry, entry.until > now else { return nil }
        return entry.refusal.outcome(code: 403, text: entry.text)
    }
}
