import Glibc

/// Brings a database's schema to where the program needs it.
///
/// Each migration runs in a transaction of its own, which also records it, under a lock: PostgreSQL's advisory lock (of the
/// transaction, so it goes with a process that dies), SQLite's write lock. Several processes may migrate at once: each
/// looks at the record again when it has the lock.
public enum Migrator {
    /// The table with the record: version, name, checksum, and when it was applied (milliseconds since 1970).
    public static let table = "w2f_migrations"

    /// "w2f_migr": the key of the advisory lock.
    private static let lockKey: Int64 = 0x7732_665f_6d69_6772

    /// Applies what is pending, in order.
    /// - Parameter timeout: `database.migration_timeout`, the longest that one statement may take, the wait for another process's migration included.
    /// - Returns: what this call has applied.
    /// - Throws: `DatabaseError`; with the code `schemaTooNew` or `migrationChanged` before anything is changed.
    @discardableResult
    public static func migrate(
        _ database: any Database, migrations: [Migration], timeout: Duration = DatabaseLimits().migrationTimeout
    ) async throws -> [Migration] {
        var done: [Migration] = []
        guard try await !pending(database, migrations: migrations).isEmpty else { return done }
        // SQLite gives up after `database.busy_timeout`; trying again is how a longer wait is made. The number is no key:
        // whoever wants to wait for longer has that one.
        let options = TransactionOptions(attempts: 100, queryTimeout: timeout)
        while true {
            let applied = try await database.withTransaction(options) { connection in
                try await lock(connection)
                try await connection.query(creation)
                let plan = try MigrationPlan(
                    migrations: migrations, applied: try await record(connection.query), dialect: connection.dialect)
                guard let next = plan.pending.first else { return nil as Migration? }
                try await apply(next, on: connection)
                return next
            }
            guard let applied else { return done }
            done.append(applied)
        }
    }

    /// Returns the migrations that the database lacks. Nothing is changed.
    /// - Throws: `DatabaseError` with the code `schemaTooNew` or `migrationChanged`, or of the database.
    public static func pending(_ database: any Database, migrations: [Migration]) async throws -> [Migration] {
        let exists =
            switch database.dialect {
            case .postgresql: "SELECT 1 AS found WHERE to_regclass('\(table)') IS NOT NULL"
            case .sqlite: "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = '\(table)'"
            }
        let isNew = try await database.query(exists).rows.isEmpty
        let applied = isNew ? [] : try await record(database.query)
        return try MigrationPlan(migrations: migrations, applied: applied, dialect: database.dialect).pending
    }

    /// Returns if the database's schema is the one that the program needs. Nothing is changed.
    /// - Throws: `DatabaseError` with the code `schemaTooNew`, `schemaTooOld` or `migrationChanged`, which says what to do.
    public static func verify(_ database: any Database, migrations: [Migration]) async throws {
        let pending = try await pending(database, migrations: migrations)
        guard !pending.isEmpty else { return }
        let labels = pending.map(\.label).joined(separator: ", ")
        throw DatabaseError(.schemaTooOld, "the database lacks the migrations \(labels): run the command migrate first")
    }

    private static let creation = """
        CREATE TABLE IF NOT EXISTS \(table) (
            version BIGINT PRIMARY KEY,
            name TEXT NOT NULL,
            checksum TEXT NOT NULL,
            applied_at BIGINT NOT NULL
        )
        """

    /// Waits for the lock, which the transaction's end gives back.
    private static func lock(_ connection: any DatabaseConnection) async throws {
        switch connection.dialect {
        case .postgresql:
            try await connection.query("SELECT pg_advisory_xact_lock(CAST($1 AS BIGINT))", [.integer(lockKey)])
        case .sqlite:
            break  // BEGIN IMMEDIATE is the lock
        }
    }

    private static func record(
        _ query: (String, [SQLValue]) async throws -> SQLResult
    ) async throws -> [MigrationPlan.Applied] {
        try await query("SELECT version, name, checksum FROM \(table) ORDER BY version", []).rows.map { row in
            MigrationPlan.Applied(
                version: Int(try row.integer("version")), name: try row.text("name"),
                checksum: try row.text("checksum"))
        }
    }

    private static func apply(_ migration: Migration, on connection: any DatabaseConnection) async throws {
        do {
            for statement in migration.sql(connection.dialect) { try await connection.query(statement) }
        } catch let error as DatabaseError {
            throw DatabaseError(
                error.code, sqlState: error.sqlState, "migration \(migration.label) failed: \(error.message)")
        }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        try await connection.query(
            "INSERT INTO \(table) (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
            [
                .integer(Int64(migration.version)), .text(migration.name),
                .text(migration.checksum(connection.dialect)),
                .integer(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000),
            ])
    }
}
