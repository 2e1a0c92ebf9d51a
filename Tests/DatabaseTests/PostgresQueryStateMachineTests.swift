import Testing

@testable import Database

/// What a connection sends for a statement, as transcripts.
@Suite struct PostgresQueryStateMachineTests {
    private let gone = DatabaseError(.other, sqlState: "26000", "no such statement")
    private let changed = DatabaseError(.other, sqlState: "0A000", "cached plan must not change result type")
    private let wrong = DatabaseError(.syntax, sqlState: "42601", "syntax error")

    private static func machine(_ capacity: Int = 2) -> PostgresQueryStateMachine {
        PostgresQueryStateMachine(capacity: capacity)
    }

    @Test func aStatementIsPreparedOnce() {
        var machine = Self.machine()
        #expect(machine.start("SELECT 1") == .prepare(name: "w2f_1", sql: "SELECT 1"))
        #expect(machine.succeeded() == .executePrepared(name: "w2f_1"))
        #expect(machine.succeeded() == .succeed)
        #expect(machine.start("SELECT 1") == .executePrepared(name: "w2f_1"))
        #expect(machine.succeeded() == .succeed)
    }

    @Test func whatRunsOnceIsNotPrepared() {
        var machine = Self.machine()
        #expect(machine.start("BEGIN") == .execute(sql: "BEGIN"))
        #expect(machine.succeeded() == .succeed)
        var without = Self.machine(0)
        #expect(without.start("SELECT 1") == .execute(sql: "SELECT 1"))
        #expect(without.succeeded() == .succeed)
    }

    @Test func aFullCacheDeallocatesBeforeTheNextPreparation() {
        var machine = Self.machine(1)
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        _ = machine.succeeded()
        #expect(machine.start("SELECT 2") == .prepare(name: "w2f_2", sql: "SELECT 2"))
        #expect(machine.succeeded() == .executePrepared(name: "w2f_2"))
        #expect(machine.succeeded() == .succeed)
        #expect(machine.start("SELECT 3") == .deallocate("w2f_1"))
        #expect(machine.succeeded() == .prepare(name: "w2f_3", sql: "SELECT 3"))
        #expect(machine.succeeded() == .executePrepared(name: "w2f_3"))
        #expect(machine.succeeded() == .succeed)
    }

    @Test func aFailedPreparationIsNotKept() {
        var machine = Self.machine()
        _ = machine.start("SELECT x")
        #expect(machine.failed(wrong, canRetry: true) == .fail(wrong))
        #expect(machine.start("SELECT x") == .prepare(name: "w2f_2", sql: "SELECT x"))
    }

    @Test func aFailedExecutionIsKept() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        #expect(machine.failed(wrong, canRetry: true) == .fail(wrong))
        #expect(machine.start("SELECT 1") == .executePrepared(name: "w2f_1"))
    }

    @Test func aLostStatementIsPreparedAnewOnce() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        _ = machine.succeeded()
        _ = machine.start("SELECT 1")
        #expect(machine.failed(gone, canRetry: true) == .prepare(name: "w2f_2", sql: "SELECT 1"))
        #expect(machine.succeeded() == .executePrepared(name: "w2f_2"))
        #expect(machine.failed(gone, canRetry: true) == .fail(gone))
    }

    @Test func aChangedPlanIsReplacedAndItsNameFreed() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        _ = machine.succeeded()
        _ = machine.start("SELECT 1")
        #expect(machine.failed(changed, canRetry: true) == .deallocate("w2f_1"))
        #expect(machine.succeeded() == .prepare(name: "w2f_2", sql: "SELECT 1"))
        #expect(machine.succeeded() == .executePrepared(name: "w2f_2"))
        #expect(machine.succeeded() == .succeed)
    }

    @Test func inATransactionTheErrorIsPassedOnAndTheNextRunPrepares() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        _ = machine.succeeded()
        _ = machine.start("SELECT 1")
        #expect(machine.failed(changed, canRetry: false) == .fail(changed))
        #expect(machine.start("SELECT 1") == .deallocate("w2f_1"))
        #expect(machine.failed(gone, canRetry: true) == .prepare(name: "w2f_2", sql: "SELECT 1"))
    }
}
