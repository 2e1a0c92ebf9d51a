import Database
import Testing

@testable import Gateway

@Suite struct TestLimitTests {
    private func token(_ number: Int) -> TokenID { TokenID(high: 0, low: UInt64(number)) }

    @Test func `a token has its number a minute`() {
        var limit = TestLimit(perMinute: 2)
        let now = UnixTime(milliseconds: 60_000)
        let admitted = [1, 1, 1, 2].map { limit.admit(token($0), now: now) }
        #expect(admitted == [true, true, false, true])
        let later = limit.admit(token(1), now: UnixTime(milliseconds: 120_000))
        #expect(later)
    }

    /// Whoever makes many tokens does not give the others a new minute.
    @Test func `many tokens push out the first and not all`() {
        var limit = TestLimit(perMinute: 1)
        let now = UnixTime(milliseconds: 60_000)
        let first = (0...TestLimit.capacity).map { limit.admit(token($0), now: now) }
        #expect(!first.contains(false))
        let again = [TestLimit.capacity, 2, 0].map { limit.admit(token($0), now: now) }
        #expect(again == [false, false, true])
    }
}
