import Database

/// One webhook that came for a token: what it was and what became of it. Nothing of its content.
public struct DeliveryRecord: Sendable, Hashable {
    /// When it was answered.
    public let at: UnixTime
    /// The outcome.
    public let outcome: DeliveryOutcome
    /// The answer's status: 202, 401 …
    public let status: Int
    /// The event as the service names it (`push`); `nil` where the webhook was refused before that was known.
    public let event: String?
    /// The topic with its prefix; `nil` where it has none.
    public let topic: String?
    /// The message's id, where there is a message.
    public let messageID: String?
    /// Bytes of the body; `nil` where it was not read.
    public var size: Int?
    /// A stable word for why it was refused or withheld: `signature_mismatch`, or `missing_header:x-github-event` with the
    /// header that it is about. ``DeliveryReason`` has words for it.
    public let reason: String?
    /// The repository that the payload names, where it is outside of the token's scope: printable, and of a bounded length.
    public let repository: String?
    /// A Boolean value that indicates whether it was a test event of the token's page, which says nothing of what the
    /// webhook does.
    var isTest = false
    /// The token's secret that it had; not listed, only counted.
    var secret: SecretUse?
    /// A Boolean value that indicates whether it came by its service's address, without the token's id; not listed,
    /// only counted.
    var isBare: Bool

    /// A record.
    public init(
        at: UnixTime, outcome: DeliveryOutcome, status: Int, event: String? = nil, topic: String? = nil,
        messageID: String? = nil, size: Int? = nil, reason: String? = nil, repository: String? = nil,
        isBare: Bool = false
    ) {
        self.at = at
        self.outcome = outcome
        self.status = status
        self.event = event
        self.topic = topic
        self.messageID = messageID
        self.size = size
        self.reason = reason
        self.repository = repository
        self.isBare = isBare
    }
}

/// The outcome of a webhook.
public enum DeliveryOutcome: String, Sendable, Hashable, CaseIterable {
    /// It was published, and the message has an id.
    case published
    /// It was published before: the same delivery came again.
    case repeated
    /// It is authentic, and was not published on purpose.
    case withheld
    /// It was refused: nothing was published.
    case refused

    /// A Boolean value that indicates whether the sender was answered 2xx.
    public var isAccepted: Bool { self != .refused }
}

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

/// The last webhooks of a token.
public struct DeliveryList: Sendable, Hashable {
    /// The number of deliveries of each kind that are kept for a token.
    public static let kept = 25

    /// The last that were accepted, newest first; at most ``kept``.
    public let accepted: [DeliveryRecord]
    /// The last that were refused, newest first; at most ``kept``.
    public let refused: [DeliveryRecord]

    /// A list.
    public init(accepted: [DeliveryRecord] = [], refused: [DeliveryRecord] = []) {
        self.accepted = accepted
        self.refused = refused
    }

    /// All, newest first.
    public var all: [DeliveryRecord] { (accepted + refused).sorted { $0.at > $1.at } }

    /// Those that the service sent, and no test events: by these one sees how the webhook does.
    var ofService: DeliveryList {
        DeliveryList(accepted: accepted.filter { !$0.isTest }, refused: refused.filter { !$0.isTest })
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
