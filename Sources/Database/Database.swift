import EventLoop

/// A database: PostgreSQL or SQLite, with the same behaviour where it can be the same.
///
/// Both bound how many callers wait and for how long, and both bound the time of a statement, even where the server or
/// the disk hangs. After a connection was lost, later calls work by themselves as soon as the database is there again.
public protocol Database: Sendable {
    /// The SQL dialect.
    var dialect: SQLDialect { get }

    /// Runs one statement on any connection, with `$1`, `$2` … for the parameters. The whole result is held in memory: a
    /// query whose result may grow has a LIMIT.
    /// - Parameter deadline: until when the caller can wait, for a connection and for the result together; only the
    ///   database's own limits if nil.
    /// - Throws: `DatabaseError`, with the code `timeout` at the deadline; `CancellationError` if the task is cancelled.
    ///   In both cases the statement may have been done or not.
    @discardableResult
    func query(
        _ sql: String, _ parameters: [SQLValue], until deadline: ContinuousClock.Instant?
    ) async throws -> SQLResult

    /// Runs statements in one transaction, sent together: on PostgreSQL in libpq's pipeline mode, one round trip for all; on
    /// SQLite with one commit. All are done, or none.
    ///
    /// None may begin or end a transaction. At most `DatabaseLimits.batchStatements`; none at all is no work.
    /// - Parameter deadline: as in `query`.
    /// - Returns: the statements' results, in their order.
    /// - Throws: the error of the first statement that failed, as `query` does. If the connection is lost or the deadline
    ///   comes, the transaction may have been done or not.
    @discardableResult
    func batch(
        _ statements: [SQLStatement], until deadline: ContinuousClock.Instant?
    ) async throws -> [SQLResult]

    /// Runs `body` in a transaction (READ COMMITTED on PostgreSQL, `BEGIN IMMEDIATE` on SQLite), and commits it.
    ///
    /// It is rolled back if `body` throws, if one of its statements failed, or if the task is cancelled before the
    /// commit begins. If the connection is lost during the commit, or the deadline comes then, the transaction may have
    /// been done or not: the error is `unavailable` or `timeout`.
    /// - Throws: what `body` throws, `DatabaseError`, or `CancellationError`.
    @discardableResult
    func withTransaction<T: Sendable>(
        _ options: TransactionOptions,
        _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T

    /// Returns if the database answers.
    /// - Parameter deadline: as in `query`.
    func ping(until deadline: ContinuousClock.Instant?) async throws

    /// The changes that others make, from now on, until the reader ends or the database is closed.
    ///
    /// PostgreSQL listens on `channel`, on a connection of its own that is made again whenever it is lost. SQLite is asked
    /// every `DatabaseLimits.pollInterval` whether another process has changed the file, whatever the channel. A reader
    /// that is too slow for the notices loses some, and then gets another `listening`.
    /// - Parameter channel: an SQL name of small letters, digits and `_`.
    func notices(on channel: String) -> AsyncStream<DatabaseNotice>

    /// Refuses new work, lets what runs end (within a limit), and closes the connections.
    func close() async
}

extension Database {
    /// Runs one statement, within the database's own limits.
    @discardableResult
    public func query(_ sql: String, _ parameters: [SQLValue] = []) async throws -> SQLResult {
        try await query(sql, parameters, until: nil)
    }

    /// Runs one statement.
    @discardableResult
    public func query(
        _ statement: SQLStatement, until deadline: ContinuousClock.Instant? = nil
    ) async throws -> SQLResult {
        try await query(statement.sql, statement.parameters, until: deadline)
    }

    /// Runs statements in one transaction, within the database's own limits.
    @discardableResult
    public func batch(_ statements: [SQLStatement]) async throws -> [SQLResult] {
        try await batch(statements, until: nil)
    }

    /// Runs statements in one transaction, one after the other: for databases that have no better way.
    @discardableResult
    public func batch(
        _ statements: [SQLStatement], until deadline: ContinuousClock.Instant?
    ) async throws -> [SQLResult] {
        try await withTransaction(TransactionOptions(deadline: deadline)) { connection in
            var results: [SQLResult] = []
            for statement in statements { results.append(try await connection.query(statement)) }
            return results
        }
    }

    /// Runs `body` in a transaction, once, and commits it.
    @discardableResult
    public func withTransaction<T: Sendable>(
        _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T {
        try await withTransaction(TransactionOptions(), body)
    }

    /// Returns if the database answers, within its own limits.
    public func ping() async throws {
        try await ping(until: nil)
    }

    /// For databases that cannot tell of changes.
    public func notices(on channel: String) -> AsyncStream<DatabaseNotice> {
        AsyncStream { continuation in
            continuation.yield(.lost(DatabaseError(.unavailable, "this database does not tell of changes")))
            continuation.finish()
        }
    }
}

/// One connection, for as long as a transaction lasts. Statements on it run one after the other: wait for one before
/// starting the next. Once the transaction's body has returned, it refuses everything.
public protocol DatabaseConnection: Sendable {
    /// The SQL dialect.
    var dialect: SQLDialect { get }

    /// Runs one statement, with `$1`, `$2` … for the parameters.
    ///
    /// A statement that fails dooms its transaction, on both drivers: even where the body catches the error, the
    /// transaction is rolled back, and its further statements are refused.
    /// - Throws: `DatabaseError`, or `CancellationError`.
    @discardableResult
    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> SQLResult
}

extension DatabaseConnection {
    /// Runs one statement without parameters.
    @discardableResult
    public func query(_ sql: String) async throws -> SQLResult {
        try await query(sql, [])
    }

    /// Runs one statement.
    @discardableResult
    public func query(_ statement: SQLStatement) async throws -> SQLResult {
        try await query(statement.sql, statement.parameters)
    }
}

/// Options for a transaction.
public struct TransactionOptions: Sendable, Hashable {
    /// The number of times that the body is run in all, if the transaction fails because it met another one
    /// (`serializationFailure`, `busy`). A body that may run twice has no effects outside the database.
    public var attempts: Int
    /// The longest that one statement may take; the database's own limit where this is `nil`.
    public var queryTimeout: Duration?
    /// The time until which the caller can wait for all of it; only the database's own limits if nil.
    public var deadline: ContinuousClock.Instant?

    /// By default the body is run once, with the database's own limits.
    public init(attempts: Int = 1, queryTimeout: Duration? = nil, deadline: ContinuousClock.Instant? = nil) {
        self.attempts = max(1, attempts)
        self.queryTimeout = queryTimeout
        self.deadline = deadline
    }

    /// Waits before another attempt: a few milliseconds, doubled each time, with jitter, so that the two
    /// transactions that met do not meet again.
    static let pause = Backoff(first: .milliseconds(10), longest: .milliseconds(500))

    /// Runs `attempt` until it gives something else than a transient error, or as often as `attempts` says.
    func run<Value>(_ attempt: () async throws -> Value) async throws -> Value {
        var failures = 0
        while true {
            do {
                return try await attempt()
            } catch let error as DatabaseError where error.isTransient {
                failures += 1
                let pause = Self.pause.delay(after: failures, jitter: .random(in: 0..<1))
                guard failures < attempts, deadline.map({ .now + pause < $0 }) ?? true else { throw error }
                try await Task.sleep(for: pause)
            }
        }
    }
}

/// A notice for a reader of `Database.notices`.
public enum DatabaseNotice: Sendable, Hashable {
    /// From now on every change is told. Some may have been missed before.
    case listening
    /// Something has changed: what PostgreSQL's NOTIFY carried, or nil where it cannot be known what.
    case changed(payload: String?)
    /// Changes are not told until `listening` comes again; why.
    case lost(DatabaseError)
}

/// The SQL dialect of a database. Most statements are the same for both; where they differ, the caller asks for this.
public enum SQLDialect: String, Sendable, Hashable, CaseIterable {
    /// PostgreSQL, by libpq.
    case postgresql
    /// SQLite, in this process.
    case sqlite

    /// The column type for binary values: `BYTEA` or `BLOB`.
    public var binaryType: String {
        switch self {
        case .postgresql: "BYTEA"
        case .sqlite: "BLOB"
        }
    }
}

extension Duration {
    /// Returns the rest of this limit for a caller that can wait until `deadline`.
    /// - Throws: `DatabaseError` with the code `timeout` if nothing is left.
    func bounded(
        by deadline: ContinuousClock.Instant?, now: ContinuousClock.Instant = .now
    ) throws(DatabaseError) -> Duration {
        guard let deadline else { return self }
        let left = now.duration(to: deadline)
        guard left > .zero else { throw .callerDeadline }
        return min(self, left)
    }
}
