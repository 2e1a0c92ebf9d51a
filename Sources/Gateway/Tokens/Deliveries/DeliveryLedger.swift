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

    /// Notes a delivery.
    mutating func note(_ record: DeliveryRecord, for token: TokenID) {
        let mayGrow = recordCount < capacity
        let outcome = Self.note(record, in: &tallies[token, default: DeliveryTally()], mayGrow: mayGrow)
        settle(outcome)
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

    private static func note(
        _ record: DeliveryRecord, in tally: inout DeliveryTally, mayGrow: Bool
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
