import Cryptography
import Database

/// The check value in the database: a server with another root key than the database's does not start.
public enum RootKeyCheck {
    /// The id of the root key that the database was made with; `nil` for a new database.
    ///
    /// - Throws: `DatabaseError`.
    public static func storedKeyID(in database: any Database) async throws -> String? {
        try await stored(in: database)?.keyID
    }

    /// Returns if `keys` belong to the database; the first keys that a new database sees become its own.
    ///
    /// - Throws: ``RootKeyError`` `wrongKey`, or `DatabaseError`.
    public static func verify(_ keys: KeyRing, in database: any Database, now: UnixTime = .now()) async throws {
        var found = try await stored(in: database)
        if found == nil {
            // Where two start at once with different keys, one row stays, and the other stops below.
            try await database.query(
                """
                INSERT INTO root_key (slot, key_id, check_value, created_at) VALUES ('current', $1, $2, $3)
                ON CONFLICT DO NOTHING
                """,
                [.text(keys.keyID), .blob(keys.checkValue), .integer(now.milliseconds)])
            found = try await stored(in: database)
        }
        guard let found, found.keyID == keys.keyID, constantTimeEqual(found.checkValue, keys.checkValue) else {
            throw RootKeyError.wrongKey(expected: found?.keyID ?? "none", found: keys.keyID)
        }
    }

    private static func stored(in database: any Database) async throws -> (keyID: String, checkValue: [UInt8])? {
        let result = try await database.query("SELECT key_id, check_value FROM root_key WHERE slot = 'current'")
        return try result.rows.first.map { (try $0.text("key_id"), try $0.blob("check_value")) }
    }
}
