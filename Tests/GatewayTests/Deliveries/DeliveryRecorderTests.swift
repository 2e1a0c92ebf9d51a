import Database
import EventLoop
import Testing

@testable import Gateway

/// The recorder over SQLite, and over PostgreSQL where there is one.
@Suite struct DeliveryRecorderTests {
    private func record(
        _ number: Int, _ outcome: DeliveryOutcome = .published, reason: String? = nil
    ) -> DeliveryRecord {
        DeliveryRecord(
            at: UnixTime(milliseconds: 1_795_000_000_000 + Int64(number)), outcome: outcome,
            status: outcome.isAccepted ? 202 : 401, event: "push", topic: "org.example.github.push",
            messageID: outcome == .published ? "id-\(number)" : nil, size: number, reason: reason)
    }

    private func recorder(_ test: TestStore, writer: (any DeliveryWriting)? = nil, pending: Int = 8192) throws
        -> DeliveryRecorder
    {
        var settings = DeliverySettings()
        settings.maxPending = pending
        settings.flushInterval = .milliseconds(10)
        settings.retryMax = .milliseconds(10)
        return DeliveryRecorder(
            writer: writer ?? DeliveryWriter(database: test.database, name: "test \(UInt64.random(in: 0 ... .max))"),
            loops: [try TestDatabases.loop.get()], settings: settings, logger: TestDatabases.logger)
    }

    private func token(_ test: TestStore) async throws -> Token {
        try await test.store.create(TokenDraft(service: "github", name: "t")).token
    }

    private func activity(_ token: Token, _ test: TestStore) async throws -> TokenActivity {
        let result = try await test.database.query(
            "SELECT \(TokenActivity.columns) FROM token_activity WHERE token_uuid = $1", [.text(token.row)])
        return try result.rows.first.map(TokenActivity.init(row:)) ?? TokenActivity()
    }

    @Test(arguments: TestDatabases.all) func `the last ones of each token are listed`(_ kind: TestDatabases)
        async throws
    {
        try await kind.withStore { test in
            let (first, second) = (try await token(test), try await token(test))
            let recorder = try recorder(test)
            for number in 1...40 {
                recorder.record(record(number), for: first.id)
                if number % 10 == 0 { await recorder.flush() }
            }
            recorder.record(record(1, .refused, reason: "signature_mismatch"), for: first.id)
            recorder.record(record(2, .withheld, reason: "filtered"), for: second.id)
            await recorder.flush()

            let list = try await DeliveryList.read(of: first.row, in: test.database)
            #expect(list.accepted == (16...40).reversed().map { record($0) })
            #expect(list.refused == [record(1, .refused, reason: "signature_mismatch")])
            let other = try await DeliveryList.read(of: second.row, in: test.database)
            #expect(other.all == [record(2, .withheld, reason: "filtered")])
            let activity = try await activity(first, test)
            #expect(activity.published == 40)
            #expect(activity.refused == 1)
            #expect(activity.lastAcceptedAt == record(40).at)
            #expect(activity.lastRefusedAt == record(1).at)
        }
    }

    /// Many processes, many tokens, all at once: every delivery is counted once.
    @Test(arguments: TestDatabases.all) func `counters lose nothing`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            var tokens: [Token] = []
            for _ in 0..<70 { tokens.append(try await token(test)) }
            let ids = tokens.map(\.id)
            let recorders = try (0..<3).map { _ in try recorder(test) }
            await withTaskGroup { group in
                for recorder in recorders {
                    for part in 0..<4 {
                        group.addTask {
                            for number in 0..<700 {
                                let outcome = DeliveryOutcome.allCases[number % 4]
                                recorder.record(
                                    DeliveryRecord(
                                        at: UnixTime(milliseconds: Int64(part * 1000 + number)), outcome: outcome,
                                        status: 202), for: ids[(number / 4) % ids.count])
                                if number % 100 == 0 { await recorder.flush() }
                            }
                        }
                    }
                }
            }
            for recorder in recorders { await recorder.end() }
            var sum = TokenActivity()
            for token in tokens {
                let activity = try await activity(token, test)
                sum.published += activity.published
                sum.withheld += activity.withheld
                sum.refused += activity.refused
                let list = try await DeliveryList.read(of: token.row, in: test.database)
                #expect(list.accepted.count <= DeliveryList.kept && list.refused.count <= DeliveryList.kept)
            }
            #expect(sum == TokenActivity(published: 2100, withheld: 4200, refused: 2100))
            let writers = try await test.database.query("SELECT COUNT(*) AS n FROM delivery_writer")
            #expect(try writers.rows.first?.integer("n") == 0)
        }
    }

    /// The database goes away in the middle, once before and once after it has written: nothing is lost, and nothing
    /// counted twice.
    @Test(arguments: TestDatabases.all) func `the database goes away`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let token = try await token(test)
            let writer = ScriptedWriter(test.database, [nil, .before, .after, .before, nil])
            let recorder = try recorder(test, writer: writer)
            for number in 1...6 {
                recorder.record(record(number), for: token.id)
                await recorder.flush()
                try await Task.sleep(for: .milliseconds(12))
            }
            await recorder.end()
            #expect(try await activity(token, test).published == 6)
            let list = try await DeliveryList.read(of: token.row, in: test.database)
            #expect(list.accepted.map(\.size) == [6, 5, 4, 3, 2, 1])
        }
    }

    @Test func `overload drops records and no counts`() async throws {
        let test = try await TestStore()
        let token = try await token(test)
        let writer = ScriptedWriter(test.database, [.before, .before, .before])
        let recorder = try recorder(test, writer: writer, pending: 5)
        let clock = ContinuousClock()
        let time = clock.measure {
            for number in 1...100_000 { recorder.record(record(number), for: token.id) }
        }
        await recorder.flush()
        #expect(time < .seconds(5))
        for number in 1...100 { recorder.record(record(number, .refused), for: token.id) }
        await recorder.end()
        let activity = try await activity(token, test)
        #expect(activity.published == 100_000)
        #expect(activity.refused == 100)
        let list = try await DeliveryList.read(of: token.row, in: test.database)
        #expect(list.accepted.count == 5)
        await test.database.close()
    }

    /// What is known of the secrets is of the last rotation, in whatever order it is written.
    @Test(arguments: TestDatabases.all) func `which secrets are used`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let token = try await token(test)
            let (old, new) = (UnixTime(milliseconds: 1000), UnixTime(milliseconds: 2000))
            func use(_ number: Int, of since: UnixTime, index: Int) -> DeliveryRecord {
                var record = record(number)
                record.secret = SecretUse(since: since, index: index)
                return record
            }
            func secrets() async throws -> SecretActivity { try await activity(token, test).secrets }
            let (one, other) = (try recorder(test), try recorder(test))
            one.record(record(1), for: token.id)
            await one.flush()
            #expect(try await secrets() == SecretActivity())
            one.record(use(3, of: old, index: 0), for: token.id)
            one.record(use(2, of: old, index: 0), for: token.id)
            await one.flush()
            #expect(try await secrets() == SecretActivity(since: old, firstUsedAt: record(2).at))
            // Rotated: the former one is in use, whatever was noted of the old one and is written later.
            other.record(use(5, of: new, index: 1), for: token.id)
            one.record(use(4, of: old, index: 0), for: token.id)
            await other.flush()
            await one.flush()
            #expect(try await secrets() == SecretActivity(since: new, formerUsedAt: record(5).at))
            one.record(use(9, of: new, index: 0), for: token.id)
            other.record(use(8, of: new, index: 0), for: token.id)
            other.record(use(7, of: new, index: 1), for: token.id)
            other.record(use(6, of: old, index: 0), for: token.id)
            await one.flush()
            await other.flush()
            #expect(
                try await secrets()
                    == SecretActivity(since: new, firstUsedAt: record(8).at, formerUsedAt: record(7).at))
        }
    }

    /// What a token's page needs besides the counters.
    @Test(arguments: TestDatabases.all) func `repositories and last times`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let token = try await token(test)
            let recorder = try recorder(test)
            let moved = DeliveryRecord(
                at: record(2).at, outcome: .withheld, status: 202, event: "push", size: 1, reason: "out_of_scope",
                repository: "new/name")
            recorder.record(record(1), for: token.id)
            recorder.record(moved, for: token.id)
            await recorder.flushed()
            #expect(try await DeliveryList.read(of: token.row, in: test.database).all.first == moved)
            let activity = try await activity(token, test)
            #expect(activity.lastPublishedAt == record(1).at && activity.lastWithheldAt == moved.at)
            #expect(activity.last?.outcome == .withheld)
        }
    }

    /// What came for a token that was deleted since is nobody's; the others' is written.
    @Test(arguments: TestDatabases.all) func `a token is deleted meanwhile`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let (gone, kept) = (try await token(test), try await token(test))
            let recorder = try recorder(test)
            recorder.record(record(1), for: gone.id)
            recorder.record(record(1), for: kept.id)
            await recorder.flush()
            recorder.record(record(2), for: gone.id)
            recorder.record(record(2), for: kept.id)
            #expect(try await test.store.delete(gone.id))
            await recorder.end()
            #expect(try await activity(kept, test).published == 2)
            for table in ["token_activity", "delivery"] {
                let rows = try await test.database.query(
                    "SELECT COUNT(*) AS n FROM \(table) WHERE token_uuid = $1", [.text(gone.row)])
                #expect(try rows.rows.first?.integer("n") == 0)
            }
        }
    }

    /// A shutdown writes what is left.
    @Test func `the end of the run`() async throws {
        let test = try await TestStore()
        let token = try await token(test)
        let recorder = try recorder(test)
        let run = Task { await recorder.run() }
        recorder.record(record(1), for: token.id)
        while try await activity(token, test).published < 1 { try await Task.sleep(for: .milliseconds(5)) }
        recorder.record(record(2), for: token.id)
        run.cancel()
        await run.value
        #expect(try await activity(token, test).published == 2)
        await test.database.close()
    }
}
