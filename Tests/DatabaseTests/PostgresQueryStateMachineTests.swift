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

    @Test func `a statement is prepared once`() {
        var machine = Self.machine()
        #expect(machine.start("SELECT 1") == .prepare(name: Self.name("SELECT 1"), sql: "SELECT 1"))
        #expect(machine.succeeded() == .executePrepared(name: Self.name("SELECT 1")))
        #expect(machine.succeeded() == .succeed)
        #expect(machine.start("SELECT 1") == .executePrepared(name: Self.name("SELECT 1")))
        #expect(machine.succeeded() == .succeed)
    }

    @Test func `what runs once is not prepared`() {
        var machine = Self.machine()
        #expect(machine.start("BEGIN") == .execute(sql: "BEGIN"))
        #expect(machine.succeeded() == .succeed)
        var without = Self.machine(0)
        #expect(without.start("SELECT 1") == .execute(sql: "SELECT 1"))
        #expect(without.succeeded() == .succeed)
    }

    @Test func `a full cache deallocates before the next preparation`() {
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

    @Test func `a failed preparation is not kept`() {
        var machine = Self.machine()
        _ = machine.start("SELECT x")
        #expect(machine.failed(wrong, canRetry: true) == .fail(wrong))
        #expect(machine.start("SELECT x") == .prepare(name: Self.name("SELECT x"), sql: "SELECT x"))
    }

    @Test func `a failed execution is kept`() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        #expect(machine.failed(wrong, canRetry: true) == .fail(wrong))
        #expect(machine.start("SELECT 1") == .executePrepared(name: Self.name("SELECT 1")))
    }

    @Test func `a lost statement is prepared anew once`() {
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
    @Test func `what is there already is taken as prepared`() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        #expect(machine.failed(there, canRetry: true) == .executePrepared(name: Self.name("SELECT 1")))
        #expect(machine.succeeded() == .succeed)
        // From here on nothing is run by a name, so nothing is missing, nor there already.
        #expect(machine.start("SELECT 1") == .execute(sql: "SELECT 1"))
        #expect(machine.succeeded() == .succeed)
        #expect(machine.plan(["INSERT a"]) == [.execute(0, name: nil)])
    }

    @Test func `what is there already and gone a moment later runs without a name`() {
        var machine = Self.machine()
        _ = machine.start("SELECT 1")
        _ = machine.failed(there, canRetry: true)
        #expect(machine.failed(gone, canRetry: true) == .execute(sql: "SELECT 1"))
        #expect(machine.succeeded() == .succeed)
    }

    /// Either error would doom it.
    @Test func `in a transaction nothing is run by a name`() {
        var machine = Self.machine()
        #expect(machine.start("SELECT 1", isInTransaction: true) == .execute(sql: "SELECT 1"))
        #expect(machine.succeeded() == .succeed)
        _ = machine.start("SELECT 1")
        _ = machine.succeeded()
        #expect(machine.succeeded() == .succeed)
        #expect(machine.start("SELECT 1", isInTransaction: true) == .execute(sql: "SELECT 1"))
    }

    @Test func `names are made of the text`() {
        #expect(Self.name("SELECT 1") == "w2f_e004ebd5b5532a4b85984a62f8ad48a8")
        #expect(Self.name("SELECT 2") != Self.name("SELECT 1"))
        #expect(Self.name(String(repeating: "x", count: 9000)).utf8.count == 36)
    }

    @Test func `a changed plan is replaced and its name freed`() {
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

    @Test func `in a transaction the error is passed on and the next run prepares`() {
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
