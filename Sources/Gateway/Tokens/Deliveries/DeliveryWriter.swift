import Database

/// The destination of batches of deliveries.
protocol DeliveryWriting: Sendable {
    /// Writes a batch, once, however often it is asked to.
    func write(_ batch: DeliveryBatch) async throws
    /// Nothing more will be written.
    func finish() async
}

/// Writes batches of deliveries to the database: each in one transaction, and each once.
struct DeliveryWriter: DeliveryWriting {
    private let database: any Database
    /// This process among all that write.
    private let name: String

    /// - Parameter name: Nobody else's.
    init(database: any Database, name: String) {
        self.database = database
        self.name = name
    }

    func write(_ batch: DeliveryBatch) async throws {
        try await database.withTransaction { connection in
            guard try await claim(batch, on: connection) else { return }
            // Locked in one order, and before anything of theirs is: whoever changes a token waits, or is waited for.
            let rows = try await rows(of: batch, on: connection)
            let entries = batch.entries.compactMap { entry in
                rows[entry.token].map { (row: $0, tally: entry.tally) }
            }
            for chunk in Self.chunks(entries) {
                let noted = try await add(chunk, on: connection)
                for records in Self.chunks(Self.records(of: chunk, noted: noted)) {
                    try await connection.query(Self.insertion(of: records))
                }
            }
        }
    }

    func finish() async {
        _ = try? await database.query("DELETE FROM delivery_writer WHERE writer = $1", [.text(name)])
    }

    /// Returns a Boolean value that indicates whether the batch was not written before: the connection may have broken
    /// while it was.
    private func claim(_ batch: DeliveryBatch, on connection: any DatabaseConnection) async throws -> Bool {
        let result = try await connection.query(
            """
            INSERT INTO delivery_writer (writer, batch, written_at) VALUES ($1, $2, $3)
            ON CONFLICT (writer) DO UPDATE SET batch = excluded.batch, written_at = excluded.written_at
                WHERE delivery_writer.batch < excluded.batch
            """,
            [.text(name), .integer(batch.number), .integer(UnixTime.now().milliseconds)])
        return result.affectedRows > 0
    }

    /// The keys of the tokens that are still there.
    private func rows(
        of batch: DeliveryBatch, on connection: any DatabaseConnection
    ) async throws -> [TokenID: String] {
        var rows: [TokenID: String] = [:]
        let lock = connection.dialect == .postgresql ? " FOR KEY SHARE" : ""
        for chunk in Self.chunks(batch.entries) {
            let found = try await connection.query(Self.selection(of: chunk, lock: lock))
            try Self.addKeys(from: found, to: &rows)
        }
        return rows
    }

    private static func selection(of entries: ArraySlice<(token: TokenID, tally: DeliveryTally)>, lock: String)
        -> SQLStatement
    {
        let places = entries.indices.map { "$\($0 - entries.startIndex + 1)" }.joined(separator: ", ")
        return SQLStatement(
            "SELECT public_id, uuid FROM token WHERE public_id IN (\(places)) ORDER BY public_id\(lock)",
            entries.map { .text($0.token.description) })
    }

    private static func addKeys(from found: SQLResult, to rows: inout [TokenID: String]) throws {
        for row in found.rows {
            if let id = TokenID(try row.text("public_id")) { rows[id] = try row.text("uuid") }
        }
    }

    /// Adds to the counters.
    ///
    /// - Returns: How many deliveries of either kind were written down so far, these included.
    private func add(
        _ entries: ArraySlice<(row: String, tally: DeliveryTally)>, on connection: any DatabaseConnection
    ) async throws -> [String: (accepted: Int64, refused: Int64)] {
        // Nothing but the wait is in here: the optimiser of Swift 6.3 crashes on the whole as one coroutine.
        let result = try await connection.query(Self.addition(of: entries))
        return try Self.noted(in: result)
    }

    private static func addition(of entries: ArraySlice<(row: String, tally: DeliveryTally)>) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO token_activity (token_uuid, published, withheld, refused, accepted_noted, refused_noted, limited,
                last_accepted_at, last_refused_at, last_limited_at, last_at, last_published_at, last_withheld_at,
                secrets_since, secret_used_at, former_used_at, bare_first_at, bare_last_at)
            VALUES \(places(rows: entries.count, columns: 18))
            ON CONFLICT (token_uuid) DO UPDATE SET
                published = \(sum("published")),
                withheld = \(sum("withheld")),
                refused = \(sum("refused")),
                accepted_noted = \(sum("accepted_noted")),
                refused_noted = \(sum("refused_noted")),
                limited = \(sum("limited")),
                last_accepted_at = \(later("last_accepted_at")),
                last_refused_at = \(later("last_refused_at")),
                last_limited_at = \(later("last_limited_at")),
                last_at = \(later("last_at")),
                last_published_at = \(later("last_published_at")),
                last_withheld_at = \(later("last_withheld_at")),
                secrets_since = \(later("secrets_since")),
                secret_used_at = \(ofLaterSecrets("secret_used_at", "<")),
                former_used_at = \(ofLaterSecrets("former_used_at", ">")),
                bare_first_at = \(earlier("bare_first_at")),
                bare_last_at = \(later("bare_last_at"))
            RETURNING token_uuid, accepted_noted, refused_noted
            """,
            entries.flatMap { counters($0.row, $0.tally) })
    }

    private static func noted(in result: SQLResult) throws -> [String: (accepted: Int64, refused: Int64)] {
        var noted: [String: (accepted: Int64, refused: Int64)] = [:]
        for row in result.rows {
            noted[try row.text("token_uuid")] = (
                try row.integer("accepted_noted"), try row.integer("refused_noted")
            )
        }
        return noted
    }

    private static func counters(_ row: String, _ tally: DeliveryTally) -> [SQLValue] {
        let activity = tally.activity
        let last = [activity.lastAcceptedAt, activity.lastRefusedAt].compactMap { $0 }.max()
        return [
            .text(row), .integer(activity.published), .integer(activity.withheld), .integer(activity.refused),
            .integer(Int64(tally.accepted.count)), .integer(Int64(tally.refused.count)), .integer(activity.limited),
            .time(activity.lastAcceptedAt), .time(activity.lastRefusedAt), .time(activity.lastLimitedAt),
            .integer(last?.milliseconds ?? 0), .time(activity.lastPublishedAt), .time(activity.lastWithheldAt),
            .time(activity.secrets.since), .time(activity.secrets.firstUsedAt), .time(activity.secrets.formerUsedAt),
            .time(tally.bare?.lowerBound), .time(tally.bare?.upperBound),
        ]
    }

    /// Returns the sum of the stored and the new count. A number that cannot be a count is given up, and counting
    /// begins anew: else its sum would overflow, and no token of the batch would be counted any more.
    private static func sum(_ column: String) -> String {
        """
        CASE WHEN token_activity.\(column) BETWEEN 0 AND \(StoredNumber.limit) \
        THEN token_activity.\(column) + excluded.\(column) ELSE excluded.\(column) END
        """
    }

    /// The later of what there is and what came; NULL is earlier than anything, and so is what cannot be a time.
    private static func later(_ column: String) -> String {
        """
        CASE WHEN token_activity.\(column) IS NULL OR token_activity.\(column) > \(StoredNumber.limit) \
        OR excluded.\(column) > token_activity.\(column) THEN excluded.\(column) ELSE token_activity.\(column) END
        """
    }

    /// The earlier of what there is and what came; NULL is later than anything, and so is what cannot be a time.
    private static func earlier(_ column: String) -> String {
        """
        CASE WHEN token_activity.\(column) IS NULL OR token_activity.\(column) < 0 \
        OR excluded.\(column) < token_activity.\(column) THEN excluded.\(column) ELSE token_activity.\(column) END
        """
    }

    /// Returns the new value, if it is of a later rotation; of the same one, the first or the last time; else what
    /// there is.
    private static func ofLaterSecrets(_ column: String, _ order: String) -> String {
        """
        CASE WHEN excluded.secrets_since > COALESCE(token_activity.secrets_since, -1) THEN excluded.\(column)
            WHEN excluded.secrets_since = token_activity.secrets_since AND excluded.\(column) IS NOT NULL
                AND (token_activity.\(column) IS NULL OR excluded.\(column) \(order) token_activity.\(column))
            THEN excluded.\(column) ELSE token_activity.\(column) END
        """
    }
}

// The rows of the last deliveries.
extension DeliveryWriter {
    /// A delivery and its place.
    struct Placed: Sendable {
        let row: String
        let slot: Int64
        let record: DeliveryRecord
    }

    /// Gives each delivery its place: after all that were written down before, going round.
    private static func records(
        of entries: ArraySlice<(row: String, tally: DeliveryTally)>,
        noted: [String: (accepted: Int64, refused: Int64)]
    ) -> [Placed] {
        entries.flatMap { entry -> [Placed] in
            guard let noted = noted[entry.row] else { return [] }
            return [(entry.tally.accepted, noted.accepted), (entry.tally.refused, noted.refused)].flatMap {
                (ring, count) -> [Placed] in
                let first = count - Int64(ring.count)
                return ring.inOrder.enumerated().map { index, record in
                    Placed(
                        row: entry.row, slot: (first + Int64(index)) % Int64(DeliveryList.kept), record: record)
                }
            }
        }
    }

    private static func insertion(of records: ArraySlice<Placed>) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO delivery (token_uuid, is_refused, slot, at, outcome, status, event, topic, message_id, size,
                reason, repository, is_test)
            VALUES \(places(rows: records.count, columns: 13))
            ON CONFLICT (token_uuid, is_refused, slot) DO UPDATE SET at = excluded.at, outcome = excluded.outcome,
                status = excluded.status, event = excluded.event, topic = excluded.topic,
                message_id = excluded.message_id, size = excluded.size, reason = excluded.reason,
                repository = excluded.repository, is_test = excluded.is_test
            """,
            records.flatMap { placed -> [SQLValue] in
                let record = placed.record
                return [
                    .text(placed.row), .integer(record.outcome.isAccepted ? 0 : 1), .integer(placed.slot),
                    .integer(record.at.milliseconds), .text(record.outcome.rawValue), .integer(Int64(record.status)),
                    .optional(record.event), .optional(record.topic), .optional(record.messageID),
                    record.size.map { .integer(Int64($0)) } ?? .null, .optional(record.reason),
                    .optional(record.repository), .integer(record.isTest ? 1 : 0),
                ]
            })
    }

    /// `($1, $2), ($3, $4)`.
    private static func places(rows: Int, columns: Int) -> String {
        (0..<rows).map { row in
            "(" + (1...columns).map { "$\(row * columns + $0)" }.joined(separator: ", ") + ")"
        }.joined(separator: ", ")
    }

    /// Pieces of 32, 16, 8, 4, 2 and 1: so there are few different statements, and they stay prepared.
    private static func chunks<Element>(_ all: [Element]) -> [ArraySlice<Element>] {
        var chunks: [ArraySlice<Element>] = []
        var rest = all[...]
        var size = 32
        while !rest.isEmpty {
            while size > rest.count { size /= 2 }
            chunks.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return chunks
    }
}

extension SQLValue {
    /// A point in time, or NULL.
    static func time(_ time: UnixTime?) -> SQLValue {
        time.map { .integer($0.milliseconds) } ?? .null
    }
}
