import Database

/// The deliveries for tokens that are not in the database yet. A value without I/O: each loop has one, and the recorder
/// one more for what it could not write.
///
/// Counters are never lost: there is one entry a token, and only tokens that there are have one. Records are, once
/// there are too many.
struct DeliveryLedger: Sendable {
    /// Most records held.
    let capacity: Int
    /// By token.
    private(set) var tallies: [TokenID: DeliveryTally] = [:]
    /// Records held, over all tokens.
    private(set) var recordCount = 0
    /// Records for which there was no room, since the last `take`.
    private(set) var dropped = 0

    /// - Parameter capacity: Most records held.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// A Boolean value that indicates whether there is nothing in it.
    var isEmpty: Bool { tallies.isEmpty && dropped == 0 }

    /// Adds a delivery.
    mutating func add(_ record: DeliveryRecord, for token: TokenID) {
        let mayGrow = recordCount < capacity
        settle(Self.add(record, to: &tallies[token, default: DeliveryTally()], mayGrow: mayGrow))
    }

    /// Takes everything out.
    mutating func take() -> DeliveryLedger {
        let taken = self
        self = DeliveryLedger(capacity: capacity)
        return taken
    }

    /// Takes some tokens out, and says nothing of what was dropped.
    mutating func take(tokens limit: Int) -> [(token: TokenID, tally: DeliveryTally)] {
        let taken = tallies.prefix(limit).map { (token: $0.key, tally: $0.value) }
        for (token, tally) in taken {
            tallies[token] = nil
            recordCount -= tally.recordCount
        }
        return taken
    }

    /// Returns the number of dropped deliveries; zero from then on.
    mutating func takeDropped() -> Int {
        defer { dropped = 0 }
        return dropped
    }

    /// Adds what another holds.
    mutating func add(_ other: DeliveryLedger) {
        dropped += other.dropped
        for (token, tally) in other.tallies {
            tallies[token, default: DeliveryTally()].add(tally)
            for record in tally.accepted.inOrder + tally.refused.inOrder {
                let mayGrow = recordCount < capacity
                settle(tallies[token, default: DeliveryTally()].keep(record, mayGrow: mayGrow))
            }
        }
    }

    private static func add(
        _ record: DeliveryRecord, to tally: inout DeliveryTally, mayGrow: Bool
    ) -> DeliveryRing.Outcome {
        tally.count(record)
        return tally.keep(record, mayGrow: mayGrow)
    }

    private mutating func settle(_ outcome: DeliveryRing.Outcome) {
        switch outcome {
        case .added: recordCount += 1
        case .replaced: break
        case .dropped: dropped += 1
        }
    }
}

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

/// The last records of one kind, at most ``DeliveryList/kept``: a new one takes the place of the one that came first.
struct DeliveryRing: Sendable, Hashable {
    /// The outcome of a record.
    enum Outcome: Sendable, Hashable {
        /// There is one record more.
        case added
        /// It took the place of another, which the database need not see any more.
        case replaced
        /// There was no room.
        case dropped
    }

    private var records: [DeliveryRecord] = []
    private var oldest = 0

    /// Records held.
    var count: Int { records.count }

    /// The records, in the order in which they came.
    var inOrder: [DeliveryRecord] { Array(records[oldest...] + records[..<oldest]) }

    /// Adds a record.
    mutating func add(_ record: DeliveryRecord, mayGrow: Bool) -> Outcome {
        if records.count < DeliveryList.kept, mayGrow {
            if oldest == 0 {
                records.append(record)
            } else {
                records = inOrder + [record]
                oldest = 0
            }
            return .added
        }
        guard !records.isEmpty else { return .dropped }
        let outcome: Outcome = records.count == DeliveryList.kept ? .replaced : .dropped
        records[oldest] = record
        oldest = (oldest + 1) % records.count
        return outcome
    }
}
