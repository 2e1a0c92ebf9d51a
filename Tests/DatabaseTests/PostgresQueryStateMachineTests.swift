import Testing

@testable import Database

/// What a connection sends for a statement, as transcripts.
@Suite struct PostgresQueryStateMachineTests {
    private let gone = DatabaseError(.other, sqlState: "26000", "no such statement")
    private let there = DatabaseError(.syntax, sqlState: "42P05", "prepared statement already exists")
    private let changed = DatabaseError(.other, sqlState: "0A000", "cached plan must not change result type")
    private let wrong = DatabaseError(.syntax, sqlState: "42601", "syntax error")

    private static func name(_ sql: String) -> String { PostgresQueryStateMachine.name(of: sql) }

    private static func machine(_ capacity: Int = 2) -> PostgresQueryStateMachine {
        PostgresQueryStateMachine(capacity: capacity)
    }

    @Test func aStatementIsPreparedOnce() {
        var machine = Self.machine()
        #expect(machine.start("SELECT 1") == .prepare(name: Self.name("SELECT 1"), sql: "SELECT 1"))
        #expect(machine.succeeded() == .executePrepared(name: Self.name("SELECT 1")))
        #expect(machine.succeeded() == .succeed)
        #expect(machine.start("SELECT 1") == .executePrepared(name: Self.name("SELECT 1")))
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
        #expect(machine.start("SELECT 2") == .prepare(name: Self.name("SELECT 2"), sql: "SELECT 2"))
        #expect(machine.succeeded() == .executePrepared(name: Self.name("SELECT 2")))
        #expect(machine.succeeded() == .succeed)
        #expect(machine.start("SELECT 3") == .deallocate(Self.name("SELECT 1")))
        #expect(machine.succeeded() == .prepare(name: Self.name("SELECT 3"), sql: "SELECT 3"))
        #expect(machine.succeeded() == .executePrepared(name: Self.name("SELECT 3")))
        #expect(machine.succeeded() == .succeed)
    }

    @Test func aFailedPreparationIsNotKept() {
        var machine = Self.machine()
        _ = machine.start("SELECT x")
        #expect(machine.failed(wrong, canRetry: true) == .fail(wrong))
        #expect(machine.start("SELECT x") == .prepare(name: Self.name("SELECT x"), sql: "SELECT x"))
    }

    @Test func aFailedExecutionIsKept() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        #expect(machine.failed(wrong, canRetry: true) == .fail(wrong))
        #expect(machine.start("SELECT 1") == .executePrepared(name: Self.name("SELECT 1")))
    }

    @Test func aLostStatementIsPreparedAnewOnce() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        _ = machine.succeeded()
        _ = machine.start("SELECT 1")
        #expect(machine.failed(gone, canRetry: true) == .prepare(name: Self.name("SELECT 1"), sql: "SELECT 1"))
        #expect(machine.succeeded() == .executePrepared(name: Self.name("SELECT 1")))
        // On another connection again, of a pooler's: without a name it cannot fail for that.
        #expect(machine.failed(gone, canRetry: true) == .execute(sql: "SELECT 1"))
        #expect(machine.succeeded() == .succeed)
        #expect(machine.isPooled)
    }

    /// A pooler gave the connection to another client before, which prepared the same text.
    @Test func whatIsThereAlreadyIsTakenAsPrepared() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        #expect(machine.failed(there, canRetry: true) == .executePrepared(name: Self.name("SELECT 1")))
        #expect(machine.succeeded() == .succeed)
        // From here on nothing is run by a name, so nothing is missing, nor there already.
        #expect(machine.start("SELECT 1") == .execute(sql: "SELECT 1"))
        #expect(machine.succeeded() == .succeed)
        #expect(machine.plan(["INSERT a"]) == [.execute(0, name: nil)])
    }

    @Test func whatIsThereAlreadyAndGoneAMomentLaterRunsWithoutAName() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.failed(there, canRetry: true)
        #expect(machine.failed(gone, canRetry: true) == .execute(sql: "SELECT 1"))
        #expect(machine.succeeded() == .succeed)
    }

    /// Either error would doom it.
    @Test func inATransactionNothingIsRunByAName() {
        var machine = Self.machine()
        #expect(machine.start("SELECT 1", isInTransaction: true) == .execute(sql: "SELECT 1"))
        #expect(machine.succeeded() == .succeed)
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        #expect(machine.succeeded() == .succeed)
        #expect(machine.start("SELECT 1", isInTransaction: true) == .execute(sql: "SELECT 1"))
    }

    @Test func namesAreMadeOfTheText() {
        #expect(Self.name("SELECT 1") == "w2f_e004ebd5b5532a4b85984a62f8ad48a8")
        #expect(Self.name("SELECT 2") != Self.name("SELECT 1"))
        #expect(Self.name(String(repeating: "x", count: 9000)).utf8.count == 36)
    }

    @Test func aChangedPlanIsReplacedAndItsNameFreed() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        _ = machine.succeeded()
        _ = machine.start("SELECT 1")
        #expect(machine.failed(changed, canRetry: true) == .deallocate(Self.name("SELECT 1")))
        #expect(machine.succeeded() == .prepare(name: Self.name("SELECT 1"), sql: "SELECT 1"))
        #expect(machine.succeeded() == .executePrepared(name: Self.name("SELECT 1")))
        #expect(machine.succeeded() == .succeed)
    }

    @Test func inATransactionTheErrorIsPassedOnAndTheNextRunPrepares() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        _ = machine.succeeded()
        _ = machine.start("SELECT 1")
        #expect(machine.failed(changed, canRetry: false) == .fail(changed))
        #expect(machine.start("SELECT 1") == .deallocate(Self.name("SELECT 1")))
        #expect(machine.failed(gone, canRetry: true) == .prepare(name: Self.name("SELECT 1"), sql: "SELECT 1"))
    }
}
