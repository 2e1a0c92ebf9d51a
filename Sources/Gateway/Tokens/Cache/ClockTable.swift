/// A bounded table that drops what was not used lately: CLOCK, also called second chance.
///
/// A read sets one bit; when room is needed, a hand goes round, clears the bits it meets and takes the first entry
/// without one. So a read moves nothing, and a scan of entries used once does not displace those in use.
struct ClockTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Slot {
        var key: Key
        var value: Value
        var wasUsed: Bool
    }

    /// Most entries.
    let capacity: Int
    private var slots: [Slot?] = []
    private var places: [Key: Int] = [:]
    private var free: [Int] = []
    private var hand = 0

    /// An empty table; it holds at least one entry.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// Entries in the table.
    var count: Int { places.count }

    /// The value of a key, which counts as used now.
    mutating func use(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        if slots[place]?.wasUsed == false { slots[place]?.wasUsed = true }
        return slots[place]?.value
    }

    /// Sets the value of a key that is there, or adds it, dropping another entry if there is no room.
    mutating func set(_ value: Value, for key: Key) {
        if let place = places[key] {
            slots[place]?.value = value
            return
        }
        // Not used yet: an entry that is never asked for again goes at the hand's next visit.
        let slot = Slot(key: key, value: value, wasUsed: false)
        let place = freePlace()
        if place == slots.count { slots.append(slot) } else { slots[place] = slot }
        places[key] = place
    }

    /// Changes the value of a key that is there, without counting as a use.
    mutating func update(_ key: Key, _ change: (inout Value) -> Void) {
        guard let place = places[key] else { return }
        if var slot = slots[place] {
            change(&slot.value)
            slots[place] = slot
        }
    }

    /// Changes all values.
    mutating func updateAll(_ change: (inout Value) -> Void) {
        for place in slots.indices {
            guard var slot = slots[place] else { continue }
            change(&slot.value)
            slots[place] = slot
        }
    }

    /// Drops a key.
    mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        slots[place] = nil
        free.append(place)
    }

    /// Drops everything.
    mutating func removeAll() {
        self = ClockTable(capacity: capacity)
    }

    private mutating func freePlace() -> Int {
        if let place = free.popLast() { return place }
        if slots.count < capacity { return slots.count }
        // Full, so every slot has an entry; the second round at the latest finds one without the bit.
        while slots[hand]?.wasUsed == true {
            slots[hand]?.wasUsed = false
            hand = (hand + 1) % slots.count
        }
        let place = hand
        if let dropped = slots[place] { places[dropped.key] = nil }
        slots[place] = nil
        hand = (hand + 1) % slots.count
        return place
    }
}
