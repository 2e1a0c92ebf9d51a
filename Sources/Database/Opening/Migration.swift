import Cryptography
import Encodings

/// A step of the schema. Once a release has it, it does not change any more: another change is another migration.
public struct Migration: Sendable {
    /// Its place: the versions of a program's migrations rise, from 1 or more.
    public let version: Int
    /// A summary in a word or two, for people.
    public let name: String
    /// Its statements, one a string, without parameters, for each dialect.
    public let sql: @Sendable (SQLDialect) -> [String]

    /// A migration.
    public init(version: Int, name: String, sql: @escaping @Sendable (SQLDialect) -> [String]) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    /// The SHA-256 of its statements, with a zero byte after each, in lower-case hexadecimal digits.
    public func checksum(_ dialect: SQLDialect) -> String {
        var bytes: [UInt8] = []
        for statement in sql(dialect) {
            bytes.append(contentsOf: statement.utf8)
            bytes.append(0)
        }
        return Hex.encode(SHA256.digest(bytes[...]))
    }

    /// Version and name, for messages.
    var label: String { "\(version) (\(name))" }
}

/// The meaning of the database's record of migrations for a program that has certain ones. Pure.
struct MigrationPlan {
    /// A migration that the database has.
    struct Applied: Hashable {
        var version: Int
        var name: String
        var checksum: String
    }

    /// The migrations to apply, in order.
    let pending: [Migration]

    /// - Parameters:
    ///   - migrations: the program's, in order.
    ///   - applied: the database's.
    /// - Throws: `DatabaseError` with the code `schemaTooNew` or `migrationChanged`, which says what to do.
    init(migrations: [Migration], applied: [Applied], dialect: SQLDialect) throws(DatabaseError) {
        guard zip(migrations, migrations.dropFirst()).allSatisfy({ $0.version < $1.version }) else {
            throw DatabaseError(.configuration, "the program's migrations are not in the order of their versions")
        }
        let newest = migrations.last?.version ?? 0
        if let newer = applied.filter({ $0.version > newest }).max(by: { $0.version < $1.version }) {
            throw DatabaseError(
                .schemaTooNew,
                "the database has migration \(newer.version) (\(newer.name)), and this program's last one is \(newest): "
                    + "a newer version of the program was used with it. Start that version, or a newer one, or restore "
                    + "the backup from before the upgrade")
        }
        var pending: [Migration] = []
        var rest = applied.sorted { $0.version < $1.version }[...]
        for migration in migrations {
            if let unknown = rest.first, unknown.version < migration.version { throw Self.unknown(unknown) }
            guard let record = rest.first, record.version == migration.version else {
                pending.append(migration)
                continue
            }
            rest = rest.dropFirst()
            guard record.checksum == migration.checksum(dialect) else { throw Self.changed(migration) }
            if let skipped = pending.first { throw Self.skipped(skipped, before: record) }
        }
        if let unknown = rest.first { throw Self.unknown(unknown) }
        self.pending = pending
    }

    private static func changed(_ migration: Migration) -> DatabaseError {
        DatabaseError(
            .migrationChanged,
            "migration \(migration.label) is not the one that was applied to the database: its SQL was changed since. "
                + "Start the version of the program that applied it, or restore that migration's SQL: a further change "
                + "needs a migration of its own")
    }

    private static func unknown(_ record: Applied) -> DatabaseError {
        DatabaseError(
            .migrationChanged,
            "the database has migration \(record.version) (\(record.name)), which this program does not have. Start the "
                + "version of the program that applied it")
    }

    private static func skipped(_ migration: Migration, before record: Applied) -> DatabaseError {
        DatabaseError(
            .migrationChanged,
            "migration \(migration.label) was never applied to the database, but \(record.version) (\(record.name)), "
                + "which comes after it, was. Start the version of the program that was last used with the database")
    }
}
