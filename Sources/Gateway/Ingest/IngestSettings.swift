import WebhookServices

/// The bounds of a webhook, and the topic prefix of its message.
struct IngestSettings: Sendable {
    /// Bytes of a body (413 above).
    let maxBodySize: Int
    /// Nesting of the JSON (400 above).
    let maxDepth: Int
    /// From the end of a request's head to its answer (503 after that).
    let deadline: Duration
    /// Seconds in the Retry-After of a 503.
    let retryAfter: Int
    /// Bytes of a whole message body, envelope included (413 above): the broker's own bound.
    let maxMessageSize: Int
    /// A Boolean value that indicates whether messages say who owns the token that they came by, and its scope.
    let namesOwners: Bool
    /// The messages that may go out although the published classes cannot digest them.
    let ownClasses: OwnClasses
    /// The prefix of topics in the routing key, without dots at its end (as fedora-messaging takes it).
    let topicPrefix: String
}
