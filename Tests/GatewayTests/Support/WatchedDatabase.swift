import Database
import EventLoop

/// A database that writes down what it is asked, and is away when a test says so.
struct WatchedDatabase: Database {
    struct State: Sendable {
        var isAway = false
        var statements: [String] = []
        var transactions = 0
    }

    let base: any Database
    let state = Locked(State())

    var dialect: SQLDialect { base.dialect }

    /// The statements so far, but for those that begin and end transactions.
    var statements: [String] { state.withLock { $0.statements } }

    /// How many transactions were begun.
    var transactions: Int { state.withLock { $0.transactions } }

    func setAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

    func query(
        _ sql: String, _ parameters: [SQLValue], until deadline: ContinuousClock.Instant?
    ) async throws -> SQLResult {
        try note(sql)
        return try await base.query(sql, parameters, until: deadline)
    }

    func withTransaction<T: Sendable>(
        _ options: TransactionOptions, _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T {
        try note(nil)
        state.withLock { $0.transactions += 1 }
        return try await base.withTransaction(options) { try await body(Connection(base: $0, database: self)) }
    }

    func ping(until deadline: ContinuousClock.Instant?) async throws {
        try note(nil)
        try await base.ping(until: deadline)
    }

    func notices(on channel: String) -> AsyncStream<DatabaseNotice> { base.notices(on: channel) }

    func close() async { await base.close() }

    private func note(_ sql: String?) throws {
        try state.withLock { state in
            if state.isAway { throw DatabaseError(.unavailable, "the database is away") }
            if let sql { state.statements.append(sql) }
        }
    }

    private struct Connection: DatabaseConnection {
        let base: any DatabaseConnection
        let database: WatchedDatabase

        var dialect: SQLDialect { base.dialect }

        func query(_ sql: String, _ parameters: [SQLValue]) async throws -> SQLResult {
            try database.note(sql)
            return try await base.query(sql, parameters)
        }
    }
}
