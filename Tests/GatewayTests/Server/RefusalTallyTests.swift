import EventLoop
import HTTPServer
import Testing

@testable import Gateway

@Suite struct RefusalTallyTests {
    private let start = ContinuousClock.now

    private func client(_ number: UInt32, port: UInt16 = 1) -> ClientAddress {
        .address(.ipv4(address: number.bigEndian, port: port))
    }

    @Test func `above the rate it is counted`() {
        var tally = RefusalTally()
        var lines = 0
        for number in 0..<5000 {
            let (isLogged, sums) = tally.note(
                client(1, port: UInt16(number)), status: number < 4000 ? 401 : 404, now: start)
            #expect(sums.isEmpty)
            if isLogged { lines += 1 }
        }
        #expect(lines == RefusalTally.linesPerSource)
        #expect(tally.note(client(2), status: 401, now: start).isLogged, "another source is logged")
        let sums = tally.end(now: start + .seconds(60), isLast: false)
        #expect(sums == [.init(remote: "0.0.0.1", count: 5000 - lines, statuses: [401: 4000 - lines, 404: 1000])])
        #expect(tally.note(client(1), status: 401, now: start + .seconds(61)).isLogged, "each minute anew")
    }

    @Test func `the next refusal tells of the minute before`() {
        var tally = RefusalTally()
        for _ in 0..<100 { _ = tally.note(client(1), status: 401, now: start) }
        #expect(tally.end(now: start + .seconds(59), isLast: false).isEmpty)
        let (isLogged, sums) = tally.note(client(1), status: 401, now: start + .seconds(60))
        #expect(isLogged && sums.map(\.count) == [100 - RefusalTally.linesPerSource])
        #expect(tally.end(now: start + .seconds(61), isLast: true).isEmpty)
    }

    /// As many sources as an attacker likes: the lines stay as few.
    @Test func `many sources`() {
        var tally = RefusalTally()
        var lines = 0
        for number in 0..<20_000 where tally.note(client(UInt32(number)), status: 401, now: start).isLogged {
            lines += 1
        }
        #expect(lines == RefusalTally.lines)
        let sums = tally.end(now: start, isLast: true)
        #expect(sums.count <= RefusalTally.maximumSources + 1)
        #expect(sums.reduce(lines) { $0 + $1.count } == 20_000)
    }

    @Test func `senders of whom nothing is known are summed up together`() {
        var tally = RefusalTally()
        for _ in 0..<40 { _ = tally.note(.unknown, status: 401, now: start) }
        #expect(tally.end(now: start, isLast: true).map(\.remote) == ["unknown"])
    }
}
