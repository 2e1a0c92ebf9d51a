import FedoraMessaging
import Testing

@testable import Gateway

@Suite struct DeduplicationShardTests {
    private let start = ContinuousClock.now
    private let key = MessageIdentifier.random()
    private let first = MessageStamp(messageID: MessageIdentifier.random(), second: 1000)
    private let later = MessageStamp(messageID: MessageIdentifier.random(), second: 1060)

    @Test func `a redelivery of what the broker has is not published again`() {
        var shard = DeduplicationShard(capacity: 10, window: .seconds(60))
        #expect(shard.receive(key, stamp: first, now: start) == .publish(first))
        shard.confirm(key, stamp: first)
        #expect(shard.receive(key, stamp: later, now: start + .seconds(5)) == .confirmed(first))
    }

    @Test func `a retry of what was never confirmed keeps the first time`() {
        var shard = DeduplicationShard(capacity: 10, window: .seconds(60))
        _ = shard.receive(key, stamp: first, now: start)
        #expect(
            shard.receive(key, stamp: later, now: start + .seconds(30)) == .publish(first))
    }

    @Test func `entries are forgotten after the window`() {
        var shard = DeduplicationShard(capacity: 10, window: .seconds(60))
        _ = shard.receive(key, stamp: first, now: start)
        shard.confirm(key, stamp: first)
        #expect(
            shard.receive(key, stamp: later, now: start + .seconds(61)) == .publish(later))
        #expect(shard.count == 1)
    }

    @Test func `the oldest make room`() {
        var shard = DeduplicationShard(capacity: 3, window: .seconds(60))
        let ids = (0..<5).map { _ in MessageIdentifier.random() }
        for id in ids {
            _ = shard.receive(id, stamp: first, now: start)
            shard.confirm(id, stamp: first)
        }
        #expect(shard.count == 3)
        #expect(shard.receive(ids[4], stamp: later, now: start) == .confirmed(first))
        #expect(shard.receive(ids[0], stamp: later, now: start) == .publish(later))
    }

    /// The entry of a delivery in flight was pushed out, and another took its place: the late confirm is not its.
    @Test func `a confirm counts for its own message only`() {
        var shard = DeduplicationShard(capacity: 1, window: .seconds(60))
        _ = shard.receive(key, stamp: first, now: start)
        _ = shard.receive(MessageIdentifier.random(), stamp: first, now: start)
        #expect(shard.receive(key, stamp: later, now: start) == .publish(later))
        shard.confirm(key, stamp: first)
        #expect(shard.receive(key, stamp: later, now: start) == .publish(later))
        shard.confirm(key, stamp: later)
        #expect(shard.receive(key, stamp: later, now: start) == .confirmed(later))
    }

    @Test func `no capacity means no deduplication`() {
        var shard = DeduplicationShard(capacity: 0, window: .seconds(60))
        _ = shard.receive(key, stamp: first, now: start)
        shard.confirm(key, stamp: first)
        #expect(shard.receive(key, stamp: later, now: start) == .publish(later))
        #expect(shard.count == 0)
    }
}
