import Database

/// The deliveries for one token since they were last written to the database.
struct DeliveryTally: Sendable, Hashable {
    /// The numbers to add to the counters, and the times to be moved on.
    private(set) var activity = TokenActivity()
    /// When the first and the last webhook were accepted that came without the token's id.
    private(set) var bare: ClosedRange<UnixTime>?
    /// The last that were accepted, in no order; at most ``DeliveryList/kept``.
    private(set) var accepted = DeliveryRing()
    /// The last that were refused.
    private(set) var refused = DeliveryRing()

    /// Records held.
    var recordCount: Int { accepted.count + refused.count }

    /// Counts a delivery.
    mutating func count(_ record: DeliveryRecord) {
        activity.count(record)
        if record.isBare, record.outcome.isAccepted { bare = Self.both(bare, record.at...record.at) }
    }

    /// Keeps a delivery.
    ///
    /// - Parameter mayGrow: Whether there is room for one more; if not, it takes the place of an older one.
    /// - Returns: What became of it.
    mutating func keep(_ record: DeliveryRecord, mayGrow: Bool) -> DeliveryRing.Outcome {
        record.outcome.isAccepted
            ? accepted.add(record, mayGrow: mayGrow) : refused.add(record, mayGrow: mayGrow)
    }

    /// Adds the counters of another.
    mutating func add(_ other: DeliveryTally) {
        activity.add(other.activity)
        if let times = other.bare { bare = Self.both(bare, times) }
    }

    private static func both(
        _ one: ClosedRange<UnixTime>?, _ other: ClosedRange<UnixTime>
    ) -> ClosedRange<UnixTime> {
        guard let one else { return other }
        return min(one.lowerBound, other.lowerBound)...max(one.upperBound, other.upperBound)
    }
}
