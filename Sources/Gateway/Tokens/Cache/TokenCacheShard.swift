/// One locked part of the token cache: what is known of its ids, and until when. Time is passed in.
struct TokenCacheShard: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct Entry: Sendable {
        let record: TokenRecord
        var freshUntil: Instant
        let staleUntil: Instant
        /// A Boolean value that indicates whether we would have heard if the token had been changed since it was read.
        var isVouched: Bool
    }

    private let settings: TokenCacheSettings
    private var tokens: ClockTable<TokenID, Entry>
    private var absent: ClockTable<TokenID, Instant>

    init(_ settings: TokenCacheSettings) {
        self.settings = settings
        tokens = ClockTable(capacity: settings.entries)
        absent = ClockTable(capacity: settings.absentEntries)
    }

    /// Tokens held, and ids known to have none.
    var counts: (tokens: Int, absent: Int) { (tokens.count, absent.count) }

    /// Returns the fresh state of an id; `nil` if it must be read.
    mutating func lookup(_ id: TokenID, now: Instant) -> CachedToken? {
        if let entry = tokens.use(id) {
            return now < entry.freshUntil ? .token(entry.record) : nil
        }
        // Most often there is no such id at all, and no need to look a second time.
        if absent.count > 0, let freshUntil = absent.use(id) {
            if now < freshUntil { return .absent }
            absent.remove(id)
        }
        return nil
    }

    /// Keeps what was read at `now`.
    /// - Parameter isWatched: Whether we hear of changes since before the read began.
    mutating func store(_ record: TokenRecord?, for id: TokenID, isWatched: Bool, now: Instant) {
        guard let record else {
            tokens.remove(id)
            absent.set(now + lifetime(settings.times.absentTimeToLive, isWatched), for: id)
            return
        }
        absent.remove(id)
        let entry = Entry(
            record: record, freshUntil: now + lifetime(settings.times.timeToLive, isWatched),
            staleUntil: now + max(settings.times.timeToLive, settings.times.staleTimeToLive), isVouched: isWatched)
        tokens.set(entry, for: id)
    }

    private func lifetime(_ time: Duration, _ isWatched: Bool) -> Duration {
        isWatched ? time : min(time, settings.times.staleAfter)
    }

    /// A token that is past its time, and whether we would have heard if it had changed; `nil` if it is past even the
    /// longer time, or not known.
    mutating func stale(_ id: TokenID, now: Instant) -> (record: TokenRecord, isVouched: Bool)? {
        guard let entry = tokens.use(id) else { return nil }
        guard now < entry.staleUntil else {
            tokens.remove(id)
            return nil
        }
        return (entry.record, entry.isVouched)
    }

    /// The same, to be used now: it counts as fresh for a moment, so that not every request asks a database that is away.
    mutating func useStale(_ id: TokenID, now: Instant) -> TokenRecord? {
        guard let (record, _) = stale(id, now: now) else { return nil }
        tokens.update(id) { entry in
            entry.freshUntil = max(entry.freshUntil, min(now + settings.times.staleRetry, entry.staleUntil))
        }
        return record
    }

    /// Forgets an id.
    mutating func remove(_ id: TokenID) {
        tokens.remove(id)
        absent.remove(id)
    }

    /// From now on changes are not heard of: what is known counts for `staleAfter`.
    mutating func unwatch(now: Instant) {
        let end = now + settings.times.staleAfter
        tokens.updateAll { entry in
            entry.freshUntil = min(entry.freshUntil, end)
            entry.isVouched = false
        }
        absent.updateAll { $0 = min($0, end) }
    }

    /// Makes everything be read again at its next use; tokens stay usable while the database is away.
    mutating func expireAll(now: Instant) {
        tokens.updateAll { entry in
            entry.freshUntil = min(entry.freshUntil, now)
            entry.isVouched = false
        }
        absent.removeAll()
    }
}
