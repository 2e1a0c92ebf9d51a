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
    public let size: Int?
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
    let isBare: Bool

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
