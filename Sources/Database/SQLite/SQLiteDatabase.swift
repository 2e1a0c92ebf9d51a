import EventLoop

/// A SQLite database: one connection, on a thread of its own, so that no event loop ever waits for the disk.
///
/// It is in WAL mode with `synchronous=FULL`: what is committed survives a loss of power. Other processes may use the file
/// at the same time. Statements run one after the other; a statement on this database from within a transaction's body,
/// rather than on the body's connection, waits for the transaction's end, and so for its own deadline. Deadlines hold even
/// while the thread hangs in the disk.
public final class SQLiteDatabase: Database {
    /// Always SQLite.
    public let dialect = SQLDialect.sqlite

    private let worker: SQLiteWorker

    private init(_ worker: SQLiteWorker) {
        self.worker = worker
    }

    deinit {
        worker.requestStop()
    }

    /// Opens a database; a file that is not there is made, readable for its owner only.
    /// - Parameters:
    ///   - isReadOnly: whether it is only read; then it must be there.
    ///   - loop: where deadlines are watched.
    /// - Throws: `DatabaseError`.
    public static func open(
        _ location: SQLiteLocation, limits: DatabaseLimits = DatabaseLimits(), isReadOnly: Bool = false, loop: EventLoop
    ) async throws -> SQLiteDatabase {
        let worker = SQLiteWorker(location, limits: limits, isReadOnly: isReadOnly, loop: loop)
        try await worker.start()
        return SQLiteDatabase(worker)
    }

    /// Runs one statement.
    public func query(
        _ sql: String, _ parameters: [SQLValue], until deadline: ContinuousClock.Instant?
    ) async throws -> SQLResult {
        try Task.checkCancellation()
        return try await worker.perform(
            .query(SQLStatement(sql, parameters), timeout: worker.limits.queryTimeout), session: nil,
            id: worker.nextID(), until: deadline)
    }

    /// Runs statements in one transaction, in one go of the thread.
    public func batch(
        _ statements: [SQLStatement], until deadline: ContinuousClock.Instant?
    ) async throws -> [SQLResult] {
        guard !statements.isEmpty else { return [] }
        guard statements.count <= worker.limits.batchStatements else {
            throw DatabaseError.batchTooLong(statements.count, worker.limits)
        }
        guard !statements.contains(where: { SQLStatement.controlsTransaction($0.sql) }) else {
            throw DatabaseError.transactionControl
        }
        try Task.checkCancellation()
        return try await worker.performAll(
            .batch(statements, timeout: worker.limits.queryTimeout), session: nil, id: worker.nextID(), until: deadline)
    }

    /// Runs `body` in a transaction that may write from its start (`BEGIN IMMEDIATE`).
    @discardableResult
    public func withTransaction<T: Sendable>(
        _ options: TransactionOptions,
        _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T {
        let timeout = options.queryTimeout ?? worker.limits.queryTimeout
        let deadline = options.deadline
        return try await options.run {
            try Task.checkCancellation()
            let session = worker.nextID()
            do {
                _ = try await worker.perform(.begin, session: nil, id: session, until: deadline)
                let value = try await body(
                    SQLiteTransaction(worker: worker, session: session, timeout: timeout, deadline: deadline))
                try Task.checkCancellation()
                _ = try await worker.perform(
                    .commit, session: session, id: worker.nextID(), until: deadline, isCancellable: false)
                return value
            } catch {
                // Refused where the transaction has ended already, or was never open. It is done even if nobody waits for
                // it until its end.
                _ = try? await worker.perform(
                    .rollBack, session: session, id: worker.nextID(), until: deadline, isCancellable: false)
                throw error
            }
        }
    }

    /// Returns if the file can be read.
    public func ping(until deadline: ContinuousClock.Instant?) async throws {
        _ = try await query("PRAGMA schema_version", [], until: deadline)
    }

    /// The changes that other processes make in the file: SQLite tells that they did, not what. What this process
    /// changes itself is not told.
    public func notices(on channel: String) -> AsyncStream<DatabaseNotice> {
        worker.watch()
    }

    /// Closes the file, once an open transaction has ended or `limits.closeTimeout` has passed.
    public func close() async {
        await worker.close()
    }
}

/// The connection that a transaction's body gets: it works until the body has returned.
private struct SQLiteTransaction: DatabaseConnection {
    let worker: SQLiteWorker
    let session: SQLiteQueue.SessionID
    let timeout: Duration
    let deadline: ContinuousClock.Instant?

    var dialect: SQLDialect { .sqlite }

    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> SQLResult {
        try Task.checkCancellation()
        return try await worker.perform(
            .query(SQLStatement(sql, parameters), timeout: timeout), session: session, id: worker.nextID(),
            until: deadline)
    }
}

/// The location of a SQLite database.
public enum SQLiteLocation: Sendable, Hashable, CustomStringConvertible {
    /// A file.
    case file(path: String)
    /// This process's memory, until it is closed.
    case memory

    /// Reads what follows `sqlite:`.
    init(parsing text: String) throws(DatabaseError) {
        if text.utf8.elementsEqual(":memory:".utf8) {
            self = .memory
            return
        }
        let path = text.dropping(prefix: "//") ?? text
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw DatabaseError(.configuration, "sqlite: needs the path of a file, as in sqlite:/var/lib/app/app.db")
        }
        self = .file(path: path)
    }

    /// As in a URL.
    public var description: String {
        switch self {
        case .file(let path): "sqlite:\(path)"
        case .memory: "sqlite::memory:"
        }
    }
}
