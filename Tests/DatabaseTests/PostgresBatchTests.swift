import Testing

@testable import Database

/// Batches in pipeline mode, as transcripts.
@Suite struct PostgresBatchTests {
    private let wrong = DatabaseError(.uniqueViolation, sqlState: "23505", "duplicate key")
    private let gone = DatabaseError(.other, sqlState: "26000", "no such statement")

    private static func name(_ sql: String) -> String { PostgresQueryStateMachine.name(of: sql) }

    private func result(_ rows: Int) -> SQLResult { SQLResult(affectedRows: rows) }

    @Test func `each text is prepared once`() {
        var machine = PostgresQueryStateMachine(capacity: 4)
        let texts = ["INSERT a", "INSERT b", "INSERT a", "LOCK c"]
        let steps = machine.plan(texts)
        #expect(
            steps == [
                .prepare(name: Self.name("INSERT a"), sql: "INSERT a"), .execute(0, name: Self.name("INSERT a")),
                .prepare(name: Self.name("INSERT b"), sql: "INSERT b"), .execute(1, name: Self.name("INSERT b")),
                .execute(2, name: Self.name("INSERT a")), .execute(3, name: nil),
            ])
        for step in steps { machine.batchSucceeded(step) }
        #expect(machine.plan(["INSERT b"]) == [.execute(0, name: Self.name("INSERT b"))])
        // The same statements serve single queries.
        #expect(machine.start("INSERT a") == .executePrepared(name: Self.name("INSERT a")))
    }

    @Test func `without a cache nothing is prepared`() {
        var machine = PostgresQueryStateMachine(capacity: 0)
        #expect(machine.plan(["INSERT a"]) == [.execute(0, name: nil)])
    }

    @Test func `results come in the order of the statements`() {
        let steps: [PostgresBatch.Step] = [
            .prepare(name: "x", sql: "a"), .execute(0, name: "x"), .execute(1, name: nil),
        ]
        var batch = PostgresBatch(steps: steps, count: 2)
        #expect(batch.received(.done(result(0))) == steps[0])
        batch.stepEnded()
        batch.stepEnded()  // libpq says so twice here and there
        #expect(batch.received(.done(result(7))) == steps[1])
        batch.stepEnded()
        #expect(batch.received(.done(result(8))) == steps[2])
        batch.stepEnded()
        #expect(!batch.isComplete)
        batch.synchronized()
        #expect(batch.isComplete && batch.failure == nil)
        #expect(batch.results.map(\.affectedRows) == [7, 8])
    }

    @Test func `the first failure counts`() {
        let steps: [PostgresBatch.Step] = [.execute(0, name: nil), .execute(1, name: nil), .execute(2, name: nil)]
        var batch = PostgresBatch(steps: steps, count: 3)
        _ = batch.received(.done(result(1)))
        batch.stepEnded()
        #expect(batch.received(.failed(wrong)) == nil)
        batch.stepEnded()
        #expect(batch.received(.skipped) == nil)
        batch.stepEnded()
        batch.synchronized()
        #expect(batch.failure?.step == steps[1])
        #expect(batch.failure?.error == wrong)
    }

    @Test func `an answer that lacks something is a failure`() {
        var batch = PostgresBatch(steps: [.execute(0, name: nil)], count: 1)
        batch.synchronized()
        #expect(batch.failure?.error.code == .other)
    }

    @Test func `a lost statement runs without a name`() {
        var machine = PostgresQueryStateMachine(capacity: 4)
        for step in machine.plan(["INSERT a"]) { machine.batchSucceeded(step) }
        let step = PostgresBatch.Step.execute(0, name: Self.name("INSERT a"))
        let again = machine.batchFailed(step, sql: "INSERT a", gone)
        #expect(again)
        // All of it was undone, and sent again it cannot fail for that, whatever connection a pooler gives it.
        #expect(machine.plan(["INSERT a", "INSERT b"]) == [.execute(0, name: nil), .execute(1, name: nil)])
        let retried = machine.batchFailed(step, sql: "INSERT a", wrong)
        #expect(!retried)
    }

    @Test func `a name that is there already is no failure of the batch`() {
        var machine = PostgresQueryStateMachine(capacity: 4)
        let there = DatabaseError(.syntax, sqlState: "42P05", "prepared statement already exists")
        let steps = machine.plan(["INSERT a"])
        let again = machine.batchFailed(steps[0], sql: nil, there)
        #expect(again)
        #expect(machine.plan(["INSERT a"]) == [.execute(0, name: nil)])
    }

    @Test func `what nobody uses goes first`() {
        var machine = PostgresQueryStateMachine(capacity: 1)
        for text in ["INSERT a", "INSERT b"] {
            for step in machine.plan([text]) { machine.batchSucceeded(step) }
        }
        let steps = machine.plan(["INSERT b"])
        #expect(steps == [.deallocate(Self.name("INSERT a")), .execute(0, name: Self.name("INSERT b"))])
        // The server has forgotten it already: the batch is sent again without.
        let again = machine.batchFailed(steps[0], sql: nil, gone)
        #expect(again)
        #expect(machine.plan(["INSERT b"]) == [.execute(0, name: Self.name("INSERT b"))])
    }
}
