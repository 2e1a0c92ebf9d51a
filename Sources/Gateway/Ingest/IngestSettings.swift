import WebhookServices

/// The bounds of webhooks, and what goes into their messages besides the payload.
struct IngestSettings: Sendable {
    /// The size of a body (413 above), and its nesting (400 above).
    var json = JSONLimits()
    /// From the end of a request's head to its answer (503 after that).
    var deadline = Duration.seconds(8)
    /// The maximum number of deliveries that are remembered, so that one that is sent again is not published again.
    var deduplicationEntries = 65_536
    /// The time that a delivery is remembered.
    var deduplicationWindow = Duration.seconds(900)
    /// The limits of a token and of an account in a minute.
    var rates = RateTable.Limits()
    /// Bytes of a whole message body, envelope included (413 above): the broker's own bound.
    var maxMessageSize = 16 << 20
    /// A Boolean value that indicates whether messages say who owns the token that they came by, and its scope.
    var namesOwners = false
    /// The messages that may go out although the published classes cannot digest them.
    var ownClasses = OwnClasses.never
}
