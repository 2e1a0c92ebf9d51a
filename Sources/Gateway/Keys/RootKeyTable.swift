import Cryptography
import Database

/// The database's record of root keys: which one is current, with its check value, and which ones were.
///
/// A server whose keys are not the database's does not start.
public enum RootKeyTable {
    /// A root key as the database knows it.
    struct Entry: Sendable, Hashable {
        let keyID: String
        let checkValue: [UInt8]
        /// Since when it is the current one; of a former one, until when it was.
        let at: UnixTime
    }

    /// The id of the database's current root key; `nil` for a new database.
    ///
    /// - Throws: `DatabaseError`.
    public static func storedKeyID(in database: any Database) async throws -> String? {
        try await current(in: database)?.keyID
    }

    /// The current root key; `nil` for a new database.
    static func current(in database: any Database) async throws -> Entry? {
        try await database.query("SELECT key_id, check_value, created_at FROM root_key WHERE slot = 'current'").rows
            .first.map { row in
                Entry(
                    keyID: try row.text("key_id"), checkValue: try row.blob("check_value"),
                    at: try row.time("created_at"))
            }
    }

    /// Makes `keyID` the current root key of a new database.
    /// - Returns: The current one; another, if another process was faster.
    static func claim(
        _ keyID: String, checkValue: [UInt8], in database: any Database, now: UnixTime = .now()
    ) async throws -> Entry {
        if let entry = try await current(in: database) { return entry }
        try await database.query(
            """
            INSERT INTO root_key (slot, key_id, check_value, created_at) VALUES ('current', $1, $2, $3)
            ON CONFLICT DO NOTHING
            """,
            [.text(keyID), .blob(checkValue), .integer(now.milliseconds)])
        guard let entry = try await current(in: database) else {
            throw DatabaseError(.other, "the database's root key is gone as soon as it was noted")
        }
        return entry
    }

    /// A root key that was current before; `nil` if this one never was.
    static func former(_ keyID: String, in database: any Database) async throws -> Entry? {
        try await database.query(
            "SELECT key_id, check_value, retired_at FROM former_root_key WHERE key_id = $1", [.text(keyID)]
        ).rows.first.map { row in
            Entry(
                keyID: try row.text("key_id"), checkValue: try row.blob("check_value"),
                at: try row.time("retired_at"))
        }
    }

    /// In a transaction that is going to seal something: the ring seals under the database's current root key from here on,
    /// and no rotation makes another one current until the transaction is over.
    ///
    /// - Throws: ``KeyRing/Failure`` `unknownKey` if the ring lacks it, `DatabaseError`.
    static func adoptCurrent(_ keys: KeyRing, on connection: any DatabaseConnection) async throws {
        // SQLite's transaction holds the only write lock from its beginning.
        let lock = connection.dialect == .postgresql ? " FOR SHARE" : ""
        let found = try await connection.query("SELECT key_id FROM root_key WHERE slot = 'current'\(lock)")
        guard let row = found.rows.first else { return }
        try keys.adopt(try row.text("key_id"))
    }

    /// The ring seals under the database's current root key from here on. For whoever is going to seal nothing: what is stored
    /// is sealed in a transaction with ``adoptCurrent(_:on:)``.
    ///
    /// - Returns: The id of the current root key; `nil` if the database has none.
    /// - Throws: ``KeyRing/Failure`` `unknownKey` if the ring lacks it, `DatabaseError`.
    @discardableResult
    static func follow(
        _ keys: KeyRing, in database: any Database, until deadline: ContinuousClock.Instant? = nil
    ) async throws -> String? {
        let found = try await database.query(
            "SELECT key_id FROM root_key WHERE slot = 'current'", [], until: deadline)
        guard let keyID = try found.rows.first?.text("key_id") else { return nil }
        try keys.adopt(keyID)
        return keyID
    }

    /// Makes another root key current, if it is not yet; what is sealed from here on is sealed under it.
    ///
    /// - Returns: The one that was current before, or the same.
    /// - Throws: `RootKeyError` `wrongKey` if the current one is not in `known`, `DatabaseError`.
    static func replaceCurrent(
        by keyID: String, checkValue: [UInt8], known: [String], in database: any Database, now: UnixTime = .now()
    ) async throws -> String {
        try await database.withTransaction(TransactionOptions(attempts: 5)) { connection in
            let lock = connection.dialect == .postgresql ? " FOR UPDATE" : ""
            let found = try await connection.query("SELECT key_id FROM root_key WHERE slot = 'current'\(lock)")
            let before = try found.rows.first?.text("key_id") ?? keyID
            guard before != keyID else { return before }
            guard known.contains(before) else { throw RootKeyError.wrongKey(expected: before, found: keyID) }
            try await connection.query(
                "DELETE FROM former_root_key WHERE key_id IN ($1, $2)", [.text(before), .text(keyID)])
            try await connection.query(
                """
                INSERT INTO former_root_key (key_id, check_value, created_at, retired_at)
                SELECT key_id, check_value, created_at, CAST($1 AS BIGINT) FROM root_key WHERE slot = 'current'
                """, [.integer(now.milliseconds)])
            try await connection.query(
                "UPDATE root_key SET key_id = $1, check_value = $2, created_at = $3 WHERE slot = 'current'",
                [.text(keyID), .blob(checkValue), .integer(now.milliseconds)])
            return before
        }
    }
}
