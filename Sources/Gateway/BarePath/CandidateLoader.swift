import Database

/// The key that tokens are looked up by where no id is given.
enum CandidateKey: Hashable, Sendable {
    /// All whose scope contains the repository; its name with ASCII letters in lower case.
    case repository(service: String, name: String)
    /// All that have this secret; its keyed hashes, under each root key that is there.
    case secret(service: String, hashes: [[UInt8]])
}

/// The source of the index's candidates.
protocol CandidateLoading: Sendable {
    /// Returns all that match, in the order of preference. A read is for all who ask meanwhile, so it has nobody's
    /// deadline: only the database's own limits.
    func candidates(for key: CandidateKey) async throws -> [Candidate]
}

/// Reads candidates from the database.
struct CandidateLoader: CandidateLoading {
    let database: any Database
    /// The maximum number of tokens that are read.
    var limit = 100
    /// Of these, the maximum of one owner: many of one cannot take the place of others. As many as are tried.
    var limitPerOwner = 2

    /// - Throws: `DatabaseError`.
    func candidates(for key: CandidateKey) async throws -> [Candidate] {
        // Nothing but the wait is in here: the optimiser of Swift 6.3 crashes on the whole as one coroutine.
        guard let statement = statement(for: key) else { return [] }
        return try candidates(in: await database.query(statement))
    }

    /// Returns the query for a key, or `nil` where nothing can match.
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
        try StoredRows.readable(result.rows, of: "token", Self.candidate)
    }

    static func candidate(_ row: SQLRow) throws -> Candidate {
        guard let id = TokenID(try row.text("public_id")) else {
            throw DatabaseError(.decoding, "column public_id of table token holds what this program never writes")
        }
        return Candidate(
            id: id, owner: try row.optionalText("owner"), firstAccepted: try row.optionalInteger("bare_first_at"),
            lastAccepted: try row.optionalInteger("bare_last_at"))
    }

    /// Returns the query for tokens: first those whose webhooks were accepted here before, by their service's address, the
    /// latest and the earliest by turns, then those whose webhooks were accepted at all, the narrowest scope, and the oldest
    /// token. Those of an owner are counted before the rest is cut off, and of every four that are kept, one is of those of
    /// which nothing was accepted here, the oldest and the newest by turns: it was new once, whoever was there before.
    private func select(_ condition: String, _ parameters: [SQLValue]) -> SQLStatement {
        let order = "is_new, length(scope_key) DESC, created_at, uuid"
        return SQLStatement(
            """
            SELECT public_id, owner, bare_first_at, bare_last_at FROM (
            SELECT *, ROW_NUMBER() OVER (
                PARTITION BY is_unproven ORDER BY
                    CASE WHEN is_unproven = 1 AND owner IS NOT NULL THEN place ELSE 1 END,
                    CASE WHEN early < late THEN early ELSE late END, uuid) * (1 + 2 * is_unproven) AS cut
            FROM (
                SELECT public_id, owner, bare_first_at, bare_last_at, is_unproven, is_new, scope_key, created_at, uuid,
                    ROW_NUMBER() OVER (PARTITION BY owner ORDER BY is_unproven, bare_last_at DESC, \(order)) AS place,
                    ROW_NUMBER() OVER (
                        PARTITION BY is_unproven ORDER BY bare_last_at DESC, created_at DESC, uuid DESC) AS late,
                    ROW_NUMBER() OVER (PARTITION BY is_unproven ORDER BY bare_first_at, \(order)) AS early
                FROM (
                    SELECT public_id, scope_key, created_at, uuid, bare_first_at, bare_last_at,
                        coalesce(created_by,
                            (SELECT name FROM token_owner WHERE token_uuid = token.uuid ORDER BY position, name LIMIT 1)
                        ) AS owner,
                        CASE WHEN bare_last_at IS NULL THEN 1 ELSE 0 END AS is_unproven,
                        CASE WHEN last_accepted_at IS NULL THEN 1 ELSE 0 END AS is_new
                    FROM token LEFT JOIN token_activity ON token_uuid = token.uuid
                    WHERE service = $1 AND state = 'enabled' AND \(condition)
                ) AS matching
            ) AS counted
            WHERE place <= $\(parameters.count + 1) OR owner IS NULL
            ORDER BY cut, is_unproven
            LIMIT $\(parameters.count + 2)
            ) AS kept
            ORDER BY is_unproven,
                CASE WHEN is_unproven = 1 THEN 0 WHEN early < late THEN early ELSE late END,
                \(order)
            """, parameters + [.integer(Int64(limitPerOwner)), .integer(Int64(limit))])
    }
}
