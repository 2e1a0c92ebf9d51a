import Database

/// Where the index gets candidates from.
protocol CandidateLoading: Sendable {
    /// All that match, in the order of preference. A read is for all who ask meanwhile, so it has nobody's deadline: only
    /// the database's own limits.
    func candidates(for key: CandidateKey) async throws -> [Candidate]
}

/// Reads candidates from the database.
struct CandidateLoader: CandidateLoading {
    let database: any Database
    /// Tokens read at most.
    let limit: Int
    /// Of these, tokens of one owner: many of one cannot take the place of others.
    let limitPerOwner: Int

    /// - Throws: `DatabaseError`.
    func candidates(for key: CandidateKey) async throws -> [Candidate] {
        // Nothing but the wait is in here: the optimiser of Swift 6.3 crashes on the whole as one coroutine.
        guard let statement = statement(for: key) else { return [] }
        return try candidates(in: await database.query(statement))
    }

    /// Nil where nothing can match.
    @inline(never)
    func statement(for key: CandidateKey) -> SQLStatement? {
        switch key {
        case .repository(let service, let name):
            let scopes = TokenScope.keys(containing: name)
            guard !scopes.isEmpty else { return nil }
            let places = scopes.indices.map { "$\($0 + 2)" }.joined(separator: ", ")
            return select("scope_key IN (\(places))", [.text(service)] + scopes.map { .text($0) })
        case .secret(let service, let hashes):
            guard !hashes.isEmpty else { return nil }
            let places = hashes.indices.map { "$\($0 + 2)" }.joined(separator: ", ")
            return select(
                "(lookup_hash IN (\(places)) OR previous_lookup_hash IN (\(places)) OR earlier_lookup_hash IN (\(places)))",
                [.text(service)] + hashes.map { .blob($0) })
        }
    }

    @inline(never)
    private func candidates(in result: SQLResult) throws -> [Candidate] {
        try result.rows.map(Self.candidate)
    }

    private static func candidate(_ row: SQLRow) throws -> Candidate {
        guard let id = TokenID(try row.text("public_id")) else {
            throw DatabaseError(.decoding, "column public_id of table token holds what this program never writes")
        }
        return Candidate(id: id, owner: try row.optionalText("owner"))
    }

    /// Those whose webhooks were accepted before, then the narrowest scope, and then the oldest token. Those of an owner are
    /// counted in the same order, and before the rest is cut off.
    private func select(_ condition: String, _ parameters: [SQLValue]) -> SQLStatement {
        let order = "is_new, length(scope_key) DESC, created_at, uuid"
        return SQLStatement(
            """
            SELECT public_id, owner FROM (
                SELECT public_id, owner, is_new, scope_key, created_at, uuid,
                    ROW_NUMBER() OVER (PARTITION BY owner ORDER BY \(order)) AS place
                FROM (
                    SELECT public_id, scope_key, created_at, uuid,
                        coalesce(created_by,
                            (SELECT name FROM token_owner WHERE token_uuid = token.uuid ORDER BY position, name LIMIT 1)
                        ) AS owner,
                        CASE WHEN EXISTS (SELECT 1 FROM token_activity
                            WHERE token_uuid = token.uuid AND last_accepted_at IS NOT NULL) THEN 0 ELSE 1 END AS is_new
                    FROM token WHERE service = $1 AND state = 'enabled' AND \(condition)
                ) AS matching
            ) AS counted
            WHERE place <= $\(parameters.count + 1) OR owner IS NULL
            ORDER BY \(order) LIMIT $\(parameters.count + 2)
            """, parameters + [.integer(Int64(limitPerOwner)), .integer(Int64(limit))])
    }
}
