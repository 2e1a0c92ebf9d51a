import Database

/// Where the index gets candidates from.
protocol CandidateLoading: Sendable {
    /// All that match, in the order of preference, or an error at the deadline.
    func candidates(for key: CandidateKey, until deadline: ContinuousClock.Instant) async throws -> [Candidate]
}

/// Reads candidates from the database.
struct CandidateLoader: CandidateLoading {
    let database: any Database
    /// Tokens read at most.
    let limit: Int

    /// - Throws: `DatabaseError`.
    func candidates(for key: CandidateKey, until deadline: ContinuousClock.Instant) async throws -> [Candidate] {
        // Nothing but the wait is in here: the optimiser of Swift 6.3 crashes on the whole as one coroutine.
        guard let statement = statement(for: key) else { return [] }
        return try candidates(in: await database.query(statement, until: deadline))
    }

    /// Nil where nothing can match.
    @inline(never)
    private func statement(for key: CandidateKey) -> SQLStatement? {
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
                "(lookup_hash IN (\(places)) OR previous_lookup_hash IN (\(places)))",
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
        let owner = try row.optionalText("created_by") ?? row.optionalText("first_owner")
        return Candidate(id: id, owner: owner)
    }

    /// The narrowest scope first, and then the oldest token.
    private func select(_ condition: String, _ parameters: [SQLValue]) -> SQLStatement {
        SQLStatement(
            """
            SELECT public_id, created_by,
                (SELECT name FROM token_owner WHERE token_uuid = token.uuid ORDER BY position, name LIMIT 1)
                    AS first_owner
            FROM token WHERE service = $1 AND state = 'enabled' AND \(condition)
            ORDER BY length(scope_key) DESC, created_at, uuid LIMIT $\(parameters.count + 1)
            """, parameters + [.integer(Int64(limit))])
    }
}
