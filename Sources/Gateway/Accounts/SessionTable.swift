import Database
import FoundationEssentials
import OIDC

/// The statements about sessions.
struct SessionTable: Sendable {
    let database: any Database
    let keys: KeyRing

    /// The value in the database for an unknown time.
    private static let unknownTime: Int64 = 0

    static let columns = """
        handle, account, subject, name, group_names, key_id, credentials, is_development, user_agent, created_at, \
        authenticated_at, seen_at, rights_at, refresh_after, expires_at
        """

    /// Writes a session with its credentials, which are sealed here, and ends the account's oldest ones beyond `limit`.
    func insert(
        _ record: SessionRecord, _ credentials: Credentials?, hash: SessionHash, replacing old: SessionHash?, limit: Int
    ) async throws {
        try await database.withTransaction { connection in
            var record = record
            try await AccountLock.take(.sessions, of: record.account, on: connection)
            if let credentials { record.credentials = try await seal(credentials, for: record, on: connection) }
            if let old { try await connection.query("DELETE FROM session WHERE id_hash = $1", [.blob(old.bytes)]) }
            try await connection.query(
                """
                INSERT INTO session (id_hash, \(Self.columns), lease_until)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0)
                """,
                [
                    .blob(hash.bytes), .text(record.handle), .text(record.account), .text(record.subject),
                    record.name.map { .text($0) } ?? .null, .text(record.groups.joined(separator: "\n")),
                    record.credentials.map { .text($0.keyID) } ?? .null,
                    record.credentials.map { .blob($0.bytes) } ?? .null, .integer(record.isDevelopment ? 1 : 0),
                    record.userAgent.map { .text($0) } ?? .null, .integer(record.createdAt.milliseconds),
                    .integer(record.authenticatedAt?.milliseconds ?? Self.unknownTime),
                    .integer(record.seenAt.milliseconds),
                    .integer(record.rightsAt.milliseconds), .integer(record.refreshAfter.milliseconds),
                    .integer(record.expiresAt.milliseconds),
                ])
            try await connection.query(
                """
                DELETE FROM session WHERE account = $1 AND id_hash NOT IN (
                    SELECT id_hash FROM session WHERE account = $1 ORDER BY created_at DESC, handle LIMIT $2)
                """, [.text(record.account), .integer(Int64(limit))])
        }
    }

    func find(_ hash: SessionHash) async throws -> SessionRecord? {
        let result = try await database.query(
            "SELECT \(Self.columns) FROM session WHERE id_hash = $1", [.blob(hash.bytes)])
        return try result.rows.first.map(Self.record)
    }

    /// The account's, newest first; at most as many as may be.
    func list(of account: String, limit: Int) async throws -> [SessionRecord] {
        let result = try await database.query(
            "SELECT \(Self.columns) FROM session WHERE account = $1 ORDER BY created_at DESC, handle LIMIT $2",
            [.text(account), .integer(Int64(limit))])
        return try StoredRows.readable(result.rows, of: "session", Self.record)
    }

    /// Notes a use; false if there is no such session, or a later use was noted.
    func touch(_ hash: SessionHash, at now: UnixTime) async throws -> Bool {
        try await database.query(
            "UPDATE session SET seen_at = $1 WHERE id_hash = $2 AND seen_at < $1",
            [.integer(now.milliseconds), .blob(hash.bytes)]
        ).affectedRows > 0
    }

    /// - Returns: the session that was ended, if there was one.
    @discardableResult
    func delete(_ hash: SessionHash) async throws -> SessionRecord? {
        try await database.query(
            "DELETE FROM session WHERE id_hash = $1 RETURNING \(Self.columns)", [.blob(hash.bytes)]
        ).rows.first.map(Self.record)
    }

    /// - Returns: the session that was ended, if there was one.
    func delete(handle: String, of account: String) async throws -> SessionRecord? {
        try await database.query(
            "DELETE FROM session WHERE handle = $1 AND account = $2 RETURNING \(Self.columns)",
            [.text(handle), .text(account)]
        ).rows.first.map(Self.record)
    }

    /// - Returns: the sessions that were ended.
    func deleteAll(of account: String) async throws -> [SessionRecord] {
        let rows = try await database.query(
            "DELETE FROM session WHERE account = $1 RETURNING \(Self.columns)", [.text(account)]
        ).rows
        return try StoredRows.readable(rows, of: "session", Self.record)
    }

    /// Drops sessions that are over and logins that cannot be used any more.
    static func sweep(_ database: any Database, now: UnixTime, idleTimeout: Duration) async throws {
        try await database.query(
            "DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2",
            [.integer(now.milliseconds), .integer(now.advanced(by: .zero - idleTimeout).milliseconds)])
        try await database.query("DELETE FROM used_login WHERE expires_at <= $1", [.integer(now.milliseconds)])
    }

    // MARK: Refreshing

    /// Takes the refresh upon us, unless another replica has, or did it meanwhile.
    func lease(_ hash: SessionHash, rightsAt: UnixTime, now: UnixTime, until: UnixTime) async throws -> Bool {
        try await database.query(
            "UPDATE session SET lease_until = $1 WHERE id_hash = $2 AND rights_at = $3 AND lease_until <= $4",
            [
                .integer(until.milliseconds), .blob(hash.bytes), .integer(rightsAt.milliseconds),
                .integer(now.milliseconds),
            ]
        ).affectedRows > 0
    }

    /// Writes what a refresh brought, credentials and all, and gives the lease back.
    /// - Returns: the session as it is now; nil if it was ended meanwhile.
    func store(_ record: SessionRecord, _ credentials: Credentials, hash: SessionHash) async throws -> SessionRecord? {
        try await database.withTransaction { connection in
            let sealed = try await seal(credentials, for: record, on: connection)
            let result = try await connection.query(
                """
                UPDATE session SET name = $1, group_names = $2, key_id = $3, credentials = $4, rights_at = $5,
                    refresh_after = $6, lease_until = 0
                WHERE id_hash = $7
                """,
                [
                    record.name.map { .text($0) } ?? .null, .text(record.groups.joined(separator: "\n")),
                    .text(sealed.keyID), .blob(sealed.bytes), .integer(record.rightsAt.milliseconds),
                    .integer(record.refreshAfter.milliseconds), .blob(hash.bytes),
                ])
            guard result.affectedRows > 0 else { return nil }
            var stored = record
            stored.credentials = sealed
            return stored
        }
    }

    /// Seals credentials in the transaction that stores them: under the database's current root key, though another
    /// process may have begun a rotation.
    private func seal(
        _ credentials: Credentials, for record: SessionRecord, on connection: any DatabaseConnection
    ) async throws -> SealedValue {
        try await RootKeyTable.adoptCurrent(keys, on: connection)
        return try keys.seal(Array(JSONEncoder().encode(credentials)), for: record.credentialsPlace)
    }

    // MARK: Logins

    /// Notes that a login in progress was used; false if it had been.
    func use(_ stateHash: [UInt8], until end: UnixTime) async throws -> Bool {
        try await database.query(
            "INSERT INTO used_login (state_hash, expires_at) VALUES ($1, $2) ON CONFLICT (state_hash) DO NOTHING",
            [.blob(stateHash), .integer(end.milliseconds)]
        ).affectedRows > 0
    }

    /// Returns a Boolean value that indicates whether a login in progress was used.
    func isUsed(_ stateHash: [UInt8]) async throws -> Bool {
        try await !database.query("SELECT 1 AS used FROM used_login WHERE state_hash = $1", [.blob(stateHash)])
            .rows.isEmpty
    }

    static func record(_ row: SQLRow) throws -> SessionRecord {
        var credentials: SealedValue?
        if let keyID = try row.optionalText("key_id"), let bytes = try row.optionalBlob("credentials") {
            credentials = SealedValue(keyID: keyID, bytes: bytes)
        }
        return SessionRecord(
            handle: try row.text("handle"), account: try row.text("account"), subject: try row.text("subject"),
            name: try row.optionalText("name"),
            groups: try row.text("group_names").split(separator: "\n").map(String.init), credentials: credentials,
            isDevelopment: try row.integer("is_development") != 0, userAgent: try row.optionalText("user_agent"),
            createdAt: try row.time("created_at"),
            authenticatedAt: try row.integer("authenticated_at") == unknownTime ? nil : row.time("authenticated_at"),
            seenAt: try row.time("seen_at"), rightsAt: try row.time("rights_at"),
            refreshAfter: try row.time("refresh_after"), expiresAt: try row.time("expires_at"))
    }
}
