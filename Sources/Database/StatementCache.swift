/// A bounded cache of prepared statements by their text: the one used longest ago gives way. Both drivers keep one a
/// connection.
struct StatementCache<Prepared> {
    private struct Entry {
        var prepared: Prepared
        var lastUse: UInt64
    }

    /// The most statements that are kept; 0 keeps none.
    let capacity: Int
    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { entries.count }

    /// Returns the prepared statement for `sql`, which counts as a use.
    mutating func find(_ sql: String) -> Prepared? {
        guard let index = entries.index(forKey: sql) else { return nil }
        uses += 1
        entries.values[index].lastUse = uses
        return entries.values[index].prepared
    }

    /// Keeps what was prepared for `sql`.
    /// - Returns: what had to go for it, which the caller frees.
    mutating func insert(_ prepared: Prepared, for sql: String) -> Prepared? {
        uses += 1
        var evicted = entries.removeValue(forKey: sql)
        if evicted == nil, entries.count >= capacity,
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            evicted = entries.removeValue(forKey: oldest.key)
        }
        entries[sql] = Entry(prepared: prepared, lastUse: uses)
        return evicted?.prepared
    }

    /// Forgets `sql`.
    mutating func remove(_ sql: String) -> Prepared? {
        entries.removeValue(forKey: sql)?.prepared
    }

    /// Forgets everything.
    mutating func removeAll() -> [Prepared] {
        defer { entries.removeAll() }
        return entries.values.map(\.prepared)
    }
}
