import Database

extension TokenStore {
    /// Tokens whose hashes are made in one go.
    private static let batch: Int64 = 200

    /// Fills in the look-up hashes of secrets that were stored before there were any.
    ///
    /// A secret that cannot be opened is passed over: its token does not verify anything either.
    /// - Returns: How many tokens got theirs.
    /// - Throws: `DatabaseError`.
    @discardableResult
    func completeLookupHashes() async throws -> Int {
        var count = 0
        var last = ""
        while true {
            let rows = try await database.query(
                """
                SELECT \(StoredToken.columns) FROM token
                WHERE uuid > $1 AND (lookup_hash IS NULL
                    OR previous_secret IS NOT NULL AND previous_lookup_hash IS NULL)
                ORDER BY uuid LIMIT $2
                """, [.text(last), .integer(Self.batch)]
            ).rows
            guard let end = rows.last else { return count }
            for token in try StoredRows.readable(rows, of: "token", StoredToken.init(row:))
            where try await completeLookupHashes(of: token) {
                count += 1
            }
            last = try end.text("uuid")
        }
    }

    private func completeLookupHashes(of stored: StoredToken) async throws -> Bool {
        let row = stored.token.row
        guard let secret = try? keys.open(stored.secret, for: StoredToken.place(ofSecretIn: row)) else { return false }
        let previous = stored.previousSecret.flatMap {
            try? keys.open($0, for: StoredToken.place(ofPreviousSecretIn: row))
        }
        // Another process may have rotated the secret meanwhile: then there is nothing to do.
        let result = try await database.query(
            "UPDATE token SET lookup_hash = $1, previous_lookup_hash = $2 WHERE uuid = $3 AND secret = $4",
            [
                .blob(keys.lookupHash(secret)), previous.map { .blob(keys.lookupHash($0)) } ?? .null, .text(row),
                .blob(stored.secret.bytes),
            ])
        return result.affectedRows > 0
    }
}
