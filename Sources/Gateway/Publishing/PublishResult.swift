/// The outcome of publishing a message.
public enum PublishResult: Sendable, Hashable {
    /// It is safe: the broker has confirmed it, or the disk has it.
    case published
    /// It can't be published, now or later; with the reason.
    case refused(reason: String)
    /// The broker does not let this server publish the topic; with what it says.
    case topicRefused(reason: String)
    /// It is larger than what the broker takes: so many bytes.
    case tooLarge(limit: Int)
    /// It can't be published now; with the reason. It may arrive all the same.
    case unavailable(reason: String)
    /// Nothing was heard in time. It may arrive all the same.
    case timedOut
    /// Too much is on its way already; this one was not sent.
    case full
}
