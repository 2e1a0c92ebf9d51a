/// One locked part of the token cache: what is known of its ids, and until when. Time is passed in.
struct TokenCacheShard: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct Entry: Sendable {
        let record: TokenRecord
        var freshUntil: Instant
        let staleUntil: Instant
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

    /// What is known of an id and fresh; `nil` if it must be read.
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
    mutating func store(_ record: TokenRecord?, for id: TokenID, now: Instant) {
        guard let record else {
            tokens.remove(id)
            absent.set(now.advanced(by: settings.absentTimeToLive), for: id)
            return
        }
        absent.remove(id)
        let staleTime = max(settings.timeToLive, settings.staleTimeToLive)
        tokens.set(
            Entry(
                record: record, freshUntil: now.advanced(by: settings.timeToLive),
                staleUntil: now.advanced(by: staleTime)),
            for: id)
    }

    /// A token that is past its time, because it could not be read again; it counts as fresh for a moment, so that not
    /// every request asks a database that is away. `nil` if it is past even the longer time, or not known.
    mutating func useStale(_ id: TokenID, now: Instant) -> TokenRecord? {
        guard let entry = tokens.use(id) else { return nil }
        guard now < entry.staleUntil else {
            tokens.remove(id)
            return nil
        }
        let retry = min(now.advanced(by: settings.staleRetry), entry.staleUntil)
        tokens.update(id) { $0.freshUntil = max($0.freshUntil, retry) }
        return entry.record
    }

    /// Forgets an id.
    mutating func remove(_ id: TokenID) {
        tokens.remove(id)
        absent.remove(id)
    }

    /// Makes everything be read again at its next use; tokens stay usable while the database is away.
    mutating func expireAll(now: Instant) {
        tokens.updateAll { $0.freshUntil = min($0.freshUntil, now) }
        absent.removeAll()
    }
}
