import Database

extension DeliveryRecord {
    /// The columns that `init(row:)` reads.
    static let columns = "at, outcome, status, event, topic, message_id, size, reason, repository, is_test"

    /// Reads a row of the table `delivery`.
    ///
    /// - Throws: `DatabaseError` `decoding` for what this program never wrote.
    init(row: SQLRow) throws(DatabaseError) {
        guard let outcome = DeliveryOutcome(rawValue: try row.text("outcome")) else {
            throw DatabaseError(.decoding, "column outcome of table delivery holds what this program never writes")
        }
        self.init(
            at: try row.time("at"), outcome: outcome,
            status: Int(try row.integer("status")), event: try row.optionalText("event"),
            topic: try row.optionalText("topic"), messageID: try row.optionalText("message_id"),
            size: try row.optionalInteger("size").map { Int($0) }, reason: try row.optionalText("reason"),
            repository: try row.optionalText("repository"))
        isTest = try row.integer("is_test") != 0
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
        let records = try StoredRows.readable(result.rows, of: "delivery", DeliveryRecord.init(row:))
        return DeliveryList(
            accepted: records.filter(\.outcome.isAccepted), refused: records.filter { !$0.outcome.isAccepted })
    }
}

extension TokenActivity {
    /// The columns that `init(row:)` reads; of a join in which they may be NULL.
    static let columns = """
        published, withheld, refused, last_accepted_at, last_refused_at, last_published_at, last_withheld_at, \
        secrets_since, secret_used_at, former_used_at, limited, last_limited_at
        """

    /// Reads the columns of the table `token_activity`; all are NULL for a token that nothing came for.
    ///
    /// - Throws: `DatabaseError` `decoding`.
    init(row: SQLRow) throws(DatabaseError) {
        self.init(
            published: try row.count("published"), withheld: try row.count("withheld"),
            refused: try row.count("refused"),
            lastAcceptedAt: try row.optionalTime("last_accepted_at"),
            lastRefusedAt: try row.optionalTime("last_refused_at"),
            lastPublishedAt: try row.optionalTime("last_published_at"),
            lastWithheldAt: try row.optionalTime("last_withheld_at"))
        secrets = SecretActivity(
            since: try row.optionalTime("secrets_since"), firstUsedAt: try row.optionalTime("secret_used_at"),
            formerUsedAt: try row.optionalTime("former_used_at"))
        limited = try row.count("limited")
        lastLimitedAt = try row.optionalTime("last_limited_at")
    }
}
