import Database
import EventLoop
import Logging
import Testing

@testable import Gateway

/// Forms that are sent more than once, on both databases.
@Suite struct FormLedgerTests {
    private static let start = UnixTime(milliseconds: 1_795_000_000_000)

    private static let key = "0123456789abcdef"

    private static func fields(_ key: String?, _ items: [(name: String, value: String)] = []) -> FormFields {
        FormFields((key.map { [(name: "once", value: $0)] } ?? []) + items)
    }

    private func form(
        _ key: String = Self.key, account: String = "zoe", items: [(name: String, value: String)] = []
    ) throws -> FormSubmission {
        try #require(FormSubmission(Self.fields(key, items), path: "/tokens/new", account: account))
    }

    private func ledger(_ test: TestStore, at time: UnixTime = start) -> FormLedger {
        FormLedger(
            database: test.database, keys: test.keys, logger: TestDatabases.logger, clock: { time })
    }

    private func made(_ number: Int) -> PageResponse {
        var answer = PageResponse.redirect("/tokens/\(number)", .success, "Made number \(number).")
        answer.cookies[.secret] = [0, 1, 10, 32, UInt8(clamping: number)]
        return answer
    }

    @Test func `a key is of its account and its address`() throws {
        let one = try form()
        #expect(try form() == one)
        #expect(try form(account: "kevin") != one)
        #expect(try form("0123456789abcdeg") != one)
        #expect(FormSubmission(Self.fields(Self.key), path: "/tokens", account: "zoe") != one)
        for key in [nil, "", String(repeating: "x", count: 300)] {
            #expect(FormSubmission(Self.fields(key), path: "/", account: "zoe") == nil)
        }
        #expect(FormSubmission.newKey() != FormSubmission.newKey() && FormSubmission.newKey().count == 32)
    }

    /// What was changed before it was sent again is another form; the session that it is sent by is not of it.
    @Test func `a key is of its content`() throws {
        let one = try form(items: [("name", "a"), ("csrf", "1")])
        #expect(try form(items: [("name", "a"), ("csrf", "2")]) == one)
        #expect(try form(items: [("name", "b"), ("csrf", "1")]) != one)
        #expect(try form(items: [("name", "a"), ("csrf", "1"), ("private", "yes")]) != one)
        #expect(try form(items: [("na", "me=a")]) != (try form(items: [("na=me", "a")])))
    }

    /// However often and on however many replicas: it acts once, and all are shown what the first one came to.
    @Test(arguments: TestDatabases.all) func `one acts`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let form = try form()
            let acted = Locked(0)
            let answers = try await withThrowingTaskGroup(of: PageResponse.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        try await ledger(test).once(form) { () async throws(PageFailure) in
                            made(
                                acted.withLock { count in
                                    count += 1
                                    return count
                                })
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(acted.withLock { $0 } == 1)
            #expect(answers.allSatisfy { $0.location == "/tokens/1" && $0.flash == "Made number 1." })
            #expect(answers.allSatisfy { $0.cookies[.secret] == [0, 1, 10, 32, 1] })
            let rows = try await test.database.query("SELECT * FROM form_use").rows
            #expect(rows.count == 1 && !"\(rows)".contains("Made number"))
        }
    }

    /// A browser hangs up on the first of two: what was begun is done all the same.
    @Test(arguments: TestDatabases.all) func `whoever hangs up has acted`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let form = try form()
            let acted = Locked(0)
            let first = Task {
                try await ledger(test).once(form) { () async throws(PageFailure) in
                    guard !Task.isCancelled else { throw .service(.unavailable("cancelled")) }
                    acted.withLock { $0 += 1 }
                    return made(1)
                }
            }
            first.cancel()
            _ = await first.result
            let second = try await ledger(test).once(form) { () async throws(PageFailure) in
                acted.withLock { $0 += 1 }
                return made(2)
            }
            #expect(acted.withLock { $0 } == 1)
            #expect(second.location != nil)
        }
    }

    @Test(arguments: TestDatabases.all) func `what was refused may be sent again`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let ledger = ledger(test)
            let form = try form()
            await #expect(throws: PageFailure.self) {
                try await ledger.once(form) { () async throws(PageFailure) in throw .service(.lastOwner) }
            }
            _ = try await ledger.once(form) { () async throws(PageFailure) in PageResponse(body: .json([])) }
            let answer = try await ledger.once(form) { () async throws(PageFailure) in made(3) }
            #expect(answer.location == "/tokens/3")
        }
    }

    /// The secret in it is kept for minutes, that it was sent for days.
    @Test(arguments: TestDatabases.all) func `what is kept and for how long`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let form = try form()
            _ = try await ledger(test).once(form) { () async throws(PageFailure) in made(1) }
            let again = { (time: UnixTime) async throws in
                try await ledger(test, at: time).once(form) { () async throws(PageFailure) in made(2) }
            }
            let soon = Self.start.advanced(by: FormLedger.cookieLifetime - .milliseconds(1))
            #expect(try await again(soon).cookies[.secret] != nil)
            let late = Self.start.advanced(by: FormLedger.cookieLifetime + .milliseconds(1))
            #expect(try await again(late).cookies[.secret] == nil)
            #expect(try await again(late).location == "/tokens/1")
            for statement in FormLedger.tidying(now: late) { try await test.database.query(statement) }
            let rows = try await test.database.query("SELECT notes FROM form_use").rows
            #expect(try rows.map { try $0.optionalBlob("notes") } == [nil])
            #expect(try await again(soon).location == "/tokens/1")
            let end = Self.start.advanced(by: FormLedger.retention + .milliseconds(1))
            for statement in FormLedger.tidying(now: end) { try await test.database.query(statement) }
            #expect(try await again(end).location == "/tokens/2")
        }
    }
}
