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
