import DequeModule
import EventLoop
import FedoraMessaging

/// The deliveries received lately, in a few locked shards: asked and told once a webhook, from every loop.
final class DeduplicationWindow: Sendable {
    private let shards: [Locked<DeduplicationShard>]

    /// - Parameters:
    ///   - entries: deliveries remembered at most (`ingest.deduplication_entries`).
    ///   - window: for how long (`ingest.deduplication_window`).
    init(entries: Int, window: Duration, shards count: Int = 8) {
        let capacity = (entries + count - 1) / count
        shards = (0..<count).map { _ in Locked(DeduplicationShard(capacity: capacity, window: window)) }
    }

    /// Notes a delivery; see `DeduplicationShard.receive`.
    func receive(_ key: UUIDValue, stamp: MessageStamp, now: ContinuousClock.Instant) -> DeduplicationVerdict {
        shard(of: key).withLock { $0.receive(key, stamp: stamp, now: now) }
    }

    /// Notes that the broker has the message.
    func confirm(_ key: UUIDValue, stamp: MessageStamp) {
        shard(of: key).withLock { $0.confirm(key, stamp: stamp) }
    }

    private func shard(of key: UUIDValue) -> Locked<DeduplicationShard> {
        shards[Int(UInt(bitPattern: key.hashValue) % UInt(shards.count))]
    }
}

/// The deliveries received lately, so that a delivery that is sent again is not published again. A value without lock
/// or clock: times come in.
///
/// Bounded by entries and by age; the oldest go first. Forgetting one costs no message: its redelivery is published
/// again with the same id.
struct DeduplicationShard: Sendable {
    private struct Entry {
        let stamp: MessageStamp
        var isConfirmed: Bool
    }

    private let capacity: Int
    private let window: Duration
    private var entries: [UUIDValue: Entry] = [:]
    private var order: Deque<(key: UUIDValue, at: ContinuousClock.Instant)> = []

    /// - Parameters:
    ///   - capacity: entries kept at most; 0 switches deduplication off.
    ///   - window: how long an entry is kept.
    init(capacity: Int, window: Duration) {
        self.capacity = max(0, capacity)
        self.window = window
    }

    var count: Int { entries.count }

    /// Notes a delivery. The key, which is the message's id, is made of token, delivery id and payload.
    ///
    /// - Parameter stamp: The stamp of its message if it is new.
    mutating func receive(
        _ key: UUIDValue, stamp: MessageStamp, now: ContinuousClock.Instant
    ) -> DeduplicationVerdict {
        dropExpired(now: now)
        if let entry = entries[key] {
            return entry.isConfirmed ? .confirmed(entry.stamp) : .publish(entry.stamp)
        }
        guard capacity > 0 else { return .publish(stamp) }
        if entries.count >= capacity { dropOldest() }
        entries[key] = Entry(stamp: stamp, isConfirmed: false)
        order.append((key, now))
        return .publish(stamp)
    }

    /// Notes that the broker has the message. An entry that took the place of the one confirmed has another stamp, and
    /// stays as it is.
    mutating func confirm(_ key: UUIDValue, stamp: MessageStamp) {
        guard let entry = entries[key], entry.stamp == stamp else { return }
        entries[key]?.isConfirmed = true
    }

    private mutating func dropExpired(now: ContinuousClock.Instant) {
        while let oldest = order.first, oldest.at.duration(to: now) > window { dropOldest() }
    }

    private mutating func dropOldest() {
        guard let oldest = order.popFirst() else { return }
        entries[oldest.key] = nil
    }
}

/// The deduplication window's answer about a delivery.
enum DeduplicationVerdict: Hashable, Sendable {
    /// Not confirmed yet: publish it so.
    case publish(MessageStamp)
    /// The broker has it already, under this id: answer as before, publish nothing.
    case confirmed(MessageStamp)
}
