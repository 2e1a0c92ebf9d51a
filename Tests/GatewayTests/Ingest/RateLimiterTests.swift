import Database
import EventLoop
import Testing

@testable import Gateway

/// What a token and an account may send in a minute.
@Suite struct RateLimiterTests {
    private let start = ContinuousClock.now
    private let ids = (1...6000).map { TokenID(high: UInt64($0), low: 1) }

    private func table(
        messages: Int = 0, bytes: Int = 0, account: (messages: Int, bytes: Int) = (0, 0), capacity: Int = 100
    ) -> RateTable {
        RateTable(
            .init(
                token: .init(messages: messages, bytes: bytes),
                account: .init(messages: account.messages, bytes: account.bytes)),
            capacity: capacity)
    }

    @Test func `a minute begins with the first and ends for all`() {
        var table = table(messages: 3)
        for second in 0..<3 { #expect(table.admit(ids[0], of: "a", size: 1, now: start + .seconds(second)) == nil) }
        let refusal = table.admit(ids[0], of: "a", size: 1, now: start + .seconds(3))
        #expect(refusal == .init(isOfAccount: false, limit: .init(messages: 3, bytes: 0), retryAfter: 57))
        #expect(table.admit(ids[0], of: "a", size: 1, now: start + .milliseconds(59_999))?.retryAfter == 1)
        // Another token is none of this.
        #expect(table.admit(ids[1], of: "a", size: 1, now: start + .seconds(3)) == nil)
        // What was refused does not count.
        for _ in 0..<3 { #expect(table.admit(ids[0], of: "a", size: 1, now: start + .seconds(60)) == nil) }
        #expect(table.admit(ids[0], of: "a", size: 1, now: start + .seconds(60)) != nil)
    }

    @Test func `bytes count as well`() {
        var table = table(bytes: 100)
        // More than all, but the first: there is no other time for it.
        #expect(table.admit(ids[0], of: nil, size: 1000, now: start) == nil)
        #expect(table.admit(ids[0], of: nil, size: 0, now: start) == nil)
        #expect(table.admit(ids[0], of: nil, size: 1, now: start) != nil)
        #expect(table.admit(ids[1], of: nil, size: 60, now: start) == nil)
        #expect(table.admit(ids[1], of: nil, size: 41, now: start) != nil)
        #expect(table.admit(ids[1], of: nil, size: 40, now: start) == nil)
        #expect(table.admit(ids[2], of: nil, size: .max, now: start) == nil)
        #expect(table.admit(ids[2], of: nil, size: .max, now: start) != nil)
    }

    @Test func `an accounts tokens count together`() {
        var table = table(messages: 10, account: (3, 0))
        for index in 0..<3 { #expect(table.admit(ids[index], of: "a", size: 1, now: start) == nil) }
        #expect(table.admit(ids[3], of: "a", size: 1, now: start)?.isOfAccount == true)
        #expect(table.admit(ids[4], of: "b", size: 1, now: start) == nil)
        // Of a token that is nobody's, nothing but its own limit is known.
        for _ in 0..<10 { #expect(table.admit(ids[5], of: nil, size: 1, now: start) == nil) }
        #expect(table.admit(ids[5], of: nil, size: 1, now: start)?.isOfAccount == false)
        // What its account refuses does not count for the token.
        for _ in 0..<20 { _ = table.admit(ids[0], of: "a", size: 1, now: start) }
        let later = start + .seconds(60)
        for _ in 0..<3 { #expect(table.admit(ids[0], of: "a", size: 1, now: later) == nil) }
    }

    @Test func `memory is bounded`() {
        var table = table(messages: 1, account: (1000, 0), capacity: 8)
        for id in ids { _ = table.admit(id, of: "a\(id)", size: 1, now: start) }
        // Who was forgotten begins anew; whoever is busy is not forgotten.
        #expect(table.admit(ids[0], of: "a", size: 1, now: start) == nil)
    }

    @Test func `nothing is limited where all is zero`() {
        var limits = RateTable.Limits()
        #expect(RateLimiter(limits, tokens: 1) != nil)
        limits.token.messages = 0
        limits.token.bytes = 0
        limits.account.messages = 0
        #expect(RateLimiter(limits, tokens: 1) != nil)
        limits.account.bytes = 0
        #expect(RateLimiter(limits, tokens: 1) == nil)
    }

    @Test func `the log has a sum a minute`() {
        var report = RateReport()
        #expect(report.take(now: start) == nil)
        report.add(2, of: ids[0])
        let first = report.take(now: start)
        #expect(first?.lines == [.init(token: ids[0], count: 2)] && first?.others == 0)
        for id in ids.prefix(100) { report.add(1, of: id) }
        #expect(report.take(now: start + .seconds(59)) == nil)
        let second = report.take(now: start + .seconds(60))
        #expect(second?.lines.count == 20 && second?.others == 80)
        #expect(report.take(now: start + .seconds(200)) == nil)
    }

    // MARK: At the addresses

    private func limit(_ configuration: inout Configuration) {
        configuration.ingest.rates.token.messages = 2
        configuration.ingest.rates.account.messages = 3
    }

    @Test func `too many are answered 429 and shown`() async throws {
        try await TestGateway.run(change: limit) { gateway in
            let token = try await gateway.makeToken(creator: "zoe")
            let path = "/github/\(token.id)"
            // Who cannot sign uses nothing up.
            for _ in 0..<5 { #expect(try await gateway.push(to: path, secret: "wrong").status == 401) }
            for number in 0..<2 { #expect(try await gateway.push(to: path, delivery: "\(number)").status == 202) }
            let refused = try await gateway.push(to: path, delivery: "2")
            #expect(refused.status == 429)
            #expect(refused.text.contains("rate_limited"))
            #expect(refused.text.lowercased().contains("\r\nretry-after: "))
            #expect(gateway.publisher.messages.count == 2)
            // Another token of the account has the one that is left of the account's.
            let other = try await gateway.makeToken(creator: "zoe")
            #expect(try await gateway.push(to: "/github/\(other.id)", delivery: "3").status == 202)
            #expect(try await gateway.push(to: "/github/\(other.id)", delivery: "4").status == 429)
            let strangers = try await gateway.makeToken(creator: "adam")
            #expect(try await gateway.push(to: "/github/\(strangers.id)", delivery: "5").status == 202)

            await gateway.recorder.flush()
            let row = try await gateway.tokens.database.query(
                "SELECT \(TokenActivity.columns) FROM token_activity WHERE token_uuid = $1", [.text(token.row)])
            let activity = try TokenActivity(row: try #require(row.rows.first))
            #expect(activity.limited == 1 && activity.refused == 6 && activity.published == 2)
            #expect(activity.lastLimitedAt != nil)
            let list = try await DeliveryList.read(of: token.row, in: gateway.tokens.database)
            let record = try #require(list.refused.first)
            #expect(record.status == 429 && record.reason == "rate_limited")
            let words = DeliveryReason.explanation(of: "rate_limited", service: "GitHub")
            #expect(words.contains("GitHub may not resend them"))

            var query = TokenQuery(reach: .all)
            query.limitedSince = UnixTime.now().advanced(by: .seconds(-60))
            let admin = Person(account: "root", isAdmin: true)
            let found = try await gateway.service.list(query, by: .person(admin))
            #expect(Set(found.tokens.map(\.token.id)) == [token.id, other.id])
        }
    }

    @Test func `too many are answered 429 without the token's id`() async throws {
        try await TestGateway.run(change: limit) { gateway in
            _ = try await gateway.makeToken(scope: "fedora/w2f", creator: "zoe")
            for number in 0..<2 { #expect(try await gateway.push(to: "/github", delivery: "\(number)").status == 202) }
            #expect(try await gateway.push(to: "/github", delivery: "2").status == 429)
        }
    }

    @Test(arguments: TestDatabases.all) func `the account is who made the token`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            func account(_ creator: String?, _ owners: [TokenOwner]) async throws -> String? {
                let draft = TokenDraft(service: "github", name: "x", owners: owners, createdBy: creator)
                let id = try await test.store.create(draft).token.id
                return try await test.loader().record(for: id)?.account
            }
            let owners = [try TokenOwner(.group, name: "zoe"), try TokenOwner(.user, name: "adam")]
            #expect(try await account("eve", owners) == "eve")
            #expect(try await account(nil, owners) == "group:zoe")
            #expect(try await account(nil, owners.reversed()) == "adam")
            #expect(try await account(nil, []) == nil)
        }
    }
}
