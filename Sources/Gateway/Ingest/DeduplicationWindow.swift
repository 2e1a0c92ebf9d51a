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
    func receive(_ key: UUIDValue, receipt: DeliveryReceipt, now: ContinuousClock.Instant) -> DeliveryVerdict {
        shard(of: key).withLock { $0.receive(key, receipt: receipt, now: now) }
    }

    /// Notes that the broker has the message.
    func confirm(_ key: UUIDValue, receipt: DeliveryReceipt) {
        shard(of: key).withLock { $0.confirm(key, receipt: receipt) }
    }

    private func shard(of key: UUIDValue) -> Locked<DeduplicationShard> {
        shards[Int(UInt(bitPattern: key.hashValue) % UInt(shards.count))]
    }
}
