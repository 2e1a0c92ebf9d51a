import Database

/// Writes down who changed what about tokens, with each change.
public struct TokenHistory: TokenChangeHook {
    /// The history of a database with the gateway's tables.
    public init() {}

    /// Adds an entry.
    public func tokenChanges(_ change: TokenChange, on connection: any DatabaseConnection) async throws {
        try await connection.query(
            Self.insertion(
                HistoryEntry(
                    at: change.at, actor: change.actor.account, byAdmin: change.actor.byAdmin, token: change.id,
                    tokenName: change.name, event: change.kind.historyEvent, detail: change.kind.historyDetail),
                of: change.row))
    }

    /// What adds an entry.
    /// - Parameter row: The token's key in the database.
    static func insertion(_ entry: HistoryEntry, of row: String) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO token_history (token, token_name, at, actor, by_admin, event, detail, token_uuid)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .text(entry.token.description), .text(entry.tokenName), .integer(entry.at.milliseconds),
                .optional(entry.actor), .integer(entry.byAdmin ? 1 : 0), .text(entry.event.rawValue),
                .text(entry.detail), .text(row),
            ])
    }

    /// What reads entries, newest first: of one token or of all. Those of one moment stay together, so that the next
    /// page, which begins before it, lacks none.
    static func selection(of token: TokenID?, before: UnixTime?, limit: Int) -> SQLStatement {
        var parameters: [SQLValue] = [.integer(before?.milliseconds ?? .max), .integer(Int64(limit - 1))]
        var condition = "at < $1"
        if let token {
            condition += " AND token = $3"
            parameters.append(.text(token.description))
        }
        let oldest = "SELECT at FROM token_history WHERE \(condition) ORDER BY at DESC LIMIT 1 OFFSET $2"
        return SQLStatement(
            """
            SELECT token, token_name, at, actor, by_admin, event, detail FROM token_history
            WHERE \(condition) AND at >= COALESCE((\(oldest)), 0)
            ORDER BY at DESC, entry DESC LIMIT $2 + \(maximumTies)
            """,
            parameters)
    }

    /// Most entries of one moment that a page has more than it was asked for.
    private static let maximumTies = 100
}

extension HistoryEntry {
    /// Reads a row of the table `token_history`.
    ///
    /// - Throws: `DatabaseError` `decoding` for what this program never wrote.
    init(row: SQLRow) throws(DatabaseError) {
        guard let token = TokenID(try row.text("token")), let event = Event(rawValue: try row.text("event")) else {
            throw DatabaseError(.decoding, "table token_history holds what this program never writes")
        }
        self.init(
            at: try row.time("at"), actor: try row.optionalText("actor"),
            byAdmin: try row.bool("by_admin"), token: token, tokenName: try row.text("token_name"), event: event,
            detail: try row.text("detail"))
    }
}
