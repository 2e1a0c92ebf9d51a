import Database
import Testing

@testable import Gateway

/// What is gathered, and what is written when.
@Suite struct DeliveryFlowTests {
    private let start = ContinuousClock.now
    private let one = TokenID(high: 1, low: 1)
    private let two = TokenID(high: 2, low: 2)

    private func record(_ number: Int, _ outcome: DeliveryOutcome = .published) -> DeliveryRecord {
        DeliveryRecord(
            at: UnixTime(milliseconds: Int64(number)), outcome: outcome, status: outcome.isAccepted ? 202 : 401)
    }

    @Test func `every outcome is counted`() {
        var tally = DeliveryTally()
        for (number, outcome) in DeliveryOutcome.allCases.enumerated() { tally.count(record(number, outcome)) }
        #expect(
            tally.activity
                == TokenActivity(
                    published: 1, withheld: 2, refused: 1, lastAcceptedAt: UnixTime(milliseconds: 2),
                    lastRefusedAt: UnixTime(milliseconds: 3), lastPublishedAt: UnixTime(milliseconds: 1),
                    lastWithheldAt: UnixTime(milliseconds: 2)))
    }

    @Test func `the last ones are kept`() {
        var ledger = DeliveryLedger(capacity: 1000)
        for number in 1...100 { ledger.add(record(number), for: one) }
        for number in 1...30 { ledger.add(record(number, .refused), for: one) }
        let tally = ledger.tallies[one]
        #expect(tally?.accepted.inOrder.map(\.at.milliseconds) == Array(76...100))
        #expect(tally?.refused.inOrder.map(\.at.milliseconds) == Array(6...30))
        #expect(tally?.activity.published == 100)
        #expect(tally?.activity.refused == 30)
        #expect(ledger.recordCount == 50)
        // Those that others took the place of would not be listed anyway.
        #expect(ledger.dropped == 0)
    }

    @Test func `counters lose nothing when there is no room`() {
        var ledger = DeliveryLedger(capacity: 10)
        for number in 1...40 { ledger.add(record(number), for: one) }
        for number in 1...7 { ledger.add(record(number, .refused), for: two) }
        #expect(ledger.recordCount == 10)
        #expect(ledger.dropped == 37)
        #expect(ledger.tallies[one]?.activity.published == 40)
        // What is listed is still the last.
        #expect(ledger.tallies[one]?.accepted.inOrder.map(\.at.milliseconds) == Array(31...40))
        #expect(ledger.tallies[two]?.activity.refused == 7)
        #expect(ledger.tallies[two]?.recordCount == 0)
    }

    @Test func `a batch stays as it is until it is written`() throws {
        var flow = DeliveryFlow(DeliverySettings())
        var ledger = DeliveryLedger(capacity: 100)
        ledger.add(record(1), for: one)
        flow.collect(ledger.take())
        let next1 = flow.next(now: start)
        let first = try #require(next1)
        #expect(first.number == 1)
        // One at a time.
        let next4 = flow.next(now: start)
        #expect(next4 == nil)

        flow.failed(now: start)
        ledger.add(record(2), for: one)
        flow.collect(ledger.take())
        let next5 = flow.next(now: start.advanced(by: .milliseconds(999)))
        #expect(next5 == nil)
        let next2 = flow.next(now: start.advanced(by: .seconds(1)))
        let again = try #require(next2)
        #expect(again.number == 1)
        #expect(again.entries.map(\.tally.activity.published) == [1])

        flow.written()
        #expect(!flow.isDone)
        let next3 = flow.next(now: start.advanced(by: .seconds(1)))
        let second = try #require(next3)
        #expect(second.number == 2)
        #expect(second.entries.map(\.tally.activity.published) == [1])
        flow.written()
        #expect(flow.isDone)
        let next6 = flow.next(now: start.advanced(by: .seconds(2)))
        #expect(next6 == nil)
    }

    @Test func `pauses grow and end`() {
        var settings = DeliverySettings()
        settings.retryMax = .seconds(5)
        var flow = DeliveryFlow(settings)
        var ledger = DeliveryLedger(capacity: 100)
        ledger.add(record(1), for: one)
        flow.collect(ledger.take())
        var now = start
        for pause in [1, 2, 4, 5, 5] {
            let next7 = flow.next(now: now)
            #expect(next7 != nil)
            flow.failed(now: now)
            let next8 = flow.next(now: now.advanced(by: .milliseconds(pause * 1000 - 1)))
            #expect(next8 == nil)
            now = now.advanced(by: .seconds(pause))
        }
        // A shutdown does not wait.
        let next9 = flow.next(now: now)
        #expect(next9 != nil)
        flow.failed(now: now)
        let next10 = flow.next(now: now, isLast: true)
        #expect(next10 != nil)
    }

    @Test func `batches are bounded and in order`() {
        var settings = DeliverySettings()
        settings.maxBatch = 3
        var flow = DeliveryFlow(settings)
        var ledger = DeliveryLedger(capacity: 100)
        for number in 1...7 { ledger.add(record(number), for: TokenID(high: UInt64(number), low: 0)) }
        flow.collect(ledger.take())
        var sizes: [Int] = []
        while let batch = flow.next(now: start) {
            sizes.append(batch.entries.count)
            let ids = batch.entries.map(\.token.description)
            #expect(ids == ids.sorted())
            flow.written()
        }
        #expect(sizes == [3, 3, 1])
    }
}
