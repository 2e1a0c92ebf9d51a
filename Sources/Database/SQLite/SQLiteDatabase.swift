/// A SQLite database: one connection, on a thread of its own, so that no event loop ever waits for the disk.
///
/// It is in WAL mode with `synchronous=FULL`: what is committed survives a loss of power. Other processes may use the file
/// at the same time. Statements run one after the other; a statement on this database from within a transaction's body,
/// rather than on the body's connection, waits for the transaction's end, and so for its own deadline.
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
    /// - Throws: `DatabaseError`.
    public static func open(
        _ location: SQLiteLocation, limits: DatabaseLimits = DatabaseLimits()
    ) async throws -> SQLiteDatabase {
        let worker = SQLiteWorker(location, limits: limits)
        try await worker.start()
        return SQLiteDatabase(worker)
    }

    /// Runs one statement.
    public func query(_ sql: String, _ parameters: [SQLValue]) async throws -> SQLResult {
        try Task.checkCancellation()
        return try await worker.perform(
            .query(sql, parameters, timeout: worker.limits.queryTimeout), session: nil, id: worker.nextID())
    }

    /// Runs `body` in a transaction that may write from its start (`BEGIN IMMEDIATE`).
    @discardableResult
    public func withTransaction<T: Sendable>(
        _ options: TransactionOptions,
        _ body: @Sendable (any DatabaseConnection) async throws -> T
    ) async throws -> T {
        let timeout = options.queryTimeout ?? worker.limits.queryTimeout
        return try await options.run {
            try Task.checkCancellation()
            let session = worker.nextID()
            _ = try await worker.perform(.begin, session: nil, id: session)
            do {
                let value = try await body(SQLiteTransaction(worker: worker, session: session, timeout: timeout))
                try Task.checkCancellation()
                _ = try await worker.perform(.commit, session: session, id: worker.nextID(), isCancellable: false)
                return value
            } catch {
                // Refused where the transaction has ended already.
                _ = try? await worker.perform(.rollBack, session: session, id: worker.nextID(), isCancellable: false)
                throw error
            }
        }
    }

    /// Returns if the file can be read.
    public func ping() async throws {
        _ = try await query("PRAGMA schema_version", [])
    }

    /// Closes the file, once an open transaction has ended or `limits.closeTimeout` has passed.
    public func close() async {
        await worker.close()
    }
}
