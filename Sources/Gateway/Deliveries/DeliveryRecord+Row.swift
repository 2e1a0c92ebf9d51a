import Database

extension DeliveryRecord {
    /// The columns that `init(row:)` reads.
    static let columns = "at, outcome, status, event, topic, message_id, size, reason, repository"

    /// Reads a row of the table `delivery`.
    ///
    /// - Throws: `DatabaseError` `decoding` for what this program never wrote.
    init(row: SQLRow) throws(DatabaseError) {
        guard let outcome = DeliveryOutcome(rawValue: try row.text("outcome")) else {
            throw DatabaseError(.decoding, "column outcome of table delivery holds what this program never writes")
        }
        self.init(
            at: UnixTime(milliseconds: try row.integer("at")), outcome: outcome,
            status: Int(try row.integer("status")), event: try row.optionalText("event"),
            topic: try row.optionalText("topic"), messageID: try row.optionalText("message_id"),
            size: try row.optionalInteger("size").map { Int($0) }, reason: try row.optionalText("reason"),
            repository: try row.optionalText("repository"))
    }
}

extension DeliveryList {
    /// The last deliveries of a token.
    ///
    /// - Parameter row: The token's key in the database.
    /// - Throws: `DatabaseError`.
    static func read(of row: String, in database: any Database) async throws -> DeliveryList {
        let result = try await database.query(
            """
            SELECT \(DeliveryRecord.columns) FROM delivery WHERE token_uuid = $1 ORDER BY at DESC, slot DESC
            LIMIT \(2 * kept)
            """, [.text(row)])
        let records = try result.rows.map(DeliveryRecord.init(row:))
        return DeliveryList(
            accepted: records.filter(\.outcome.isAccepted), refused: records.filter { !$0.outcome.isAccepted })
    }
}

extension TokenActivity {
    /// The columns that `init(row:)` reads; of a join in which they may be NULL.
    static let columns = """
        published, withheld, refused, last_accepted_at, last_refused_at, last_published_at, last_withheld_at, \
        secrets_since, secret_used_at, former_used_at
        """

    /// Reads the columns of the table `token_activity`; all are NULL for a token that nothing came for.
    ///
    /// - Throws: `DatabaseError` `decoding`.
    init(row: SQLRow) throws(DatabaseError) {
        self.init(
            published: try row.optionalInteger("published") ?? 0, withheld: try row.optionalInteger("withheld") ?? 0,
            refused: try row.optionalInteger("refused") ?? 0,
            lastAcceptedAt: try Self.time("last_accepted_at", in: row),
            lastRefusedAt: try Self.time("last_refused_at", in: row),
            lastPublishedAt: try Self.time("last_published_at", in: row),
            lastWithheldAt: try Self.time("last_withheld_at", in: row))
        secrets = SecretActivity(
            since: try Self.time("secrets_since", in: row), firstUsedAt: try Self.time("secret_used_at", in: row),
            formerUsedAt: try Self.time("former_used_at", in: row))
    }

    private static func time(_ column: String, in row: SQLRow) throws(DatabaseError) -> UnixTime? {
        try row.optionalInteger(column).map(UnixTime.init(milliseconds:))
    }
}
