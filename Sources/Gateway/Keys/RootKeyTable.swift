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

/// The root keys that the configuration gives, before it is known which of them is the database's current one.
struct RootKeys: Sendable {
    /// That of `keys.root_key_file`.
    let root: RootKey
    /// Those of `keys.former_key_files`.
    let former: [RootKey]

    /// Makes the ring, if these are the keys that the database needs; the first root key that a new database sees becomes its
    /// own.
    ///
    /// - Returns: The ring, and what there is to say of it, in sentences.
    /// - Throws: ``RootKeyError`` `wrongKey`, `formerKey` or `stillInUse`, ``KeyRing/Failure``, `DatabaseError`.
    func open(_ database: any Database) async throws -> (keys: KeyRing, notices: [String]) {
        let entry = try await RootKeyTable.claim(root.id, checkValue: root.derive(.check), in: database)
        let (current, counts) = try await check(entry, in: database)
        let others = ([root] + former).filter { $0 != current }
        let plain = try KeyRing(current, former: others)
        let idTags = try await KeptKey.idTags.value(root: current, keys: plain, in: database)
        return (try KeyRing(current, former: others, idTags: idTags), notices(current, counts))
    }

    /// Returns a Boolean value that indicates whether these are the keys that the database needs. Changes nothing.
    ///
    /// - Parameter entry: The database's current root key; nil for a database that has none, whose own `root` becomes.
    /// - Returns: The current one, and how many secrets that the server cannot do without stand under each.
    /// - Throws: ``RootKeyError`` `wrongKey`, `formerKey` or `stillInUse`, `DatabaseError`.
    func check(
        _ entry: RootKeyTable.Entry?, in database: any Database
    ) async throws -> (current: RootKey, counts: [String: [String: Int]]) {
        let current = try await current(entry, in: database)
        let counts = try await SealedColumn.counts(in: database, needed: true)
        try refuseMissing(counts, known: [root] + former)
        return (current, counts)
    }

    private func current(_ entry: RootKeyTable.Entry?, in database: any Database) async throws -> RootKey {
        guard let entry else { return root }
        if let current = ([root] + former).first(where: { $0.id == entry.keyID }),
            constantTimeEqual(entry.checkValue, try current.derive(.check))
        {
            return current
        }
        if let retired = try await RootKeyTable.former(root.id, in: database) {
            throw RootKeyError.formerKey(current: entry.keyID, found: root.id, retiredAt: retired.at)
        }
        throw RootKeyError.wrongKey(expected: entry.keyID, found: root.id)
    }

    private func refuseMissing(_ counts: [String: [String: Int]], known: [RootKey]) throws {
        let missing = counts.filter { keyID, _ in !known.contains { $0.id == keyID } }
        guard !missing.isEmpty else { return }
        throw RootKeyError.stillInUse(
            keys: missing.keys.sorted(), secrets: missing.values.reduce(0) { $0 + $1.values.reduce(0, +) })
    }

    private func notices(_ current: RootKey, _ counts: [String: [String: Int]]) -> [String] {
        if current != root {
            return [
                """
                the root key in keys.root_key_file (its id is \(root.id)) is not in use yet: run keys rotate when all \
                replicas have it
                """
            ]
        }
        let left = counts.filter { $0.key != current.id }.values.reduce(0) { $0 + $1.values.reduce(0, +) }
        return left == 0 ? [] : ["\(left) secrets are sealed under a former root key: run keys rotate"]
    }
}

/// A derived key that outlives rotations of the root key: it is kept in the database, sealed, since its own root key may be
/// gone one day.
enum KeptKey: String {
    /// For the tags in tokens' public ids, which stand in people's settings.
    case idTags = "id tags"

    /// The place of the key.
    static func place(_ name: String) -> SealedPlace {
        SealedPlace(column: "kept_key.sealed", row: name)
    }

    /// Reads the key; if the database has none yet, what is derived from its current root key becomes it.
    ///
    /// - Parameters:
    ///   - root: The database's current root key.
    ///   - keys: All root keys that are there.
    /// - Throws: ``KeyRing/Failure``, `DatabaseError`, `CryptographyError`.
    func value(
        root: RootKey, keys: KeyRing, in database: any Database, now: UnixTime = .now()
    ) async throws -> [UInt8] {
        if let found = try await read(keys, database) { return found }
        let made = try root.derive(.idTags)
        let sealed = try keys.seal(made, for: Self.place(rawValue))
        // Of several that start at once, all derive the same.
        try await database.query(
            "INSERT INTO kept_key (name, key_id, sealed, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [.text(rawValue), .text(sealed.keyID), .blob(sealed.bytes), .integer(now.milliseconds)])
        return try await read(keys, database) ?? made
    }

    private func read(_ keys: KeyRing, _ database: any Database) async throws -> [UInt8]? {
        let result = try await database.query("SELECT key_id, sealed FROM kept_key WHERE name = $1", [.text(rawValue)])
        return try result.rows.first.map { row in
            let sealed = SealedValue(keyID: try row.text("key_id"), bytes: try row.blob("sealed"))
            return try keys.open(sealed, for: Self.place(rawValue))
        }
    }
}
