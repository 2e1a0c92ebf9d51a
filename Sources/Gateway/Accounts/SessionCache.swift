/// Sessions in memory, bounded, each for a short while. A read of the database that an ending overtook is not kept: it
/// may have seen the session that was ended. Without I/O; times are passed in.
struct SessionCache: Sendable {
    /// The number of endings up to some moment.
    struct Generation: Sendable, Hashable {
        fileprivate let number: UInt64
    }

    private struct Entry: Sendable {
        let record: SessionRecord
        let readAt: ContinuousClock.Instant
    }

    private let timeToLive: Duration
    private var entries: ClockTable<SessionHash, Entry>
    private var number: UInt64 = 0

    init(entries: Int, timeToLive: Duration) {
        self.entries = ClockTable(capacity: entries)
        self.timeToLive = timeToLive
    }

    /// The generation to pass on after a read; taken before it.
    var generation: Generation { Generation(number: number) }

    /// Returns a session that was read lately.
    mutating func find(_ hash: SessionHash, now: ContinuousClock.Instant) -> SessionRecord? {
        guard let entry = entries.use(hash), now < entry.readAt + timeToLive else { return nil }
        return entry.record
    }

    /// Stores the result of a read, if nothing was ended since it began.
    mutating func store(
        _ record: SessionRecord, for hash: SessionHash, _ generation: Generation, now: ContinuousClock.Instant
    ) {
        guard generation.number == number else { return }
        entries.set(Entry(record: record, readAt: now), for: hash)
    }

    /// Removes a session that changed or ended.
    mutating func remove(_ hash: SessionHash) {
        number += 1
        entries.remove(hash)
    }

    /// Removes all sessions: any may have changed.
    mutating func removeAll() {
        number += 1
        entries.removeAll()
    }
}
