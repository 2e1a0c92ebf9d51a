import Database

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
