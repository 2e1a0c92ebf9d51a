import EventLoop
import FedoraMessaging

/// Something that puts messages where they are safe: the broker, or a file.
public protocol MessagePublisher: Sendable {
    /// Publishes a message and returns when it is known what became of it, at the latest when the publisher's own time for
    /// that, or the caller's, is up. Never throws; a cancelled caller waits too, because the message may be on its way
    /// already.
    /// - Parameter deadline: until when the caller can wait; the publisher's own bound alone if nil.
    func publish(_ message: FedoraMessage, until deadline: RequestDeadline?) async -> PublishResult

    /// A Boolean value that indicates whether a message would be taken now. Never blocks.
    var readiness: PublisherReadiness { get }
}

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

/// The readiness of a publisher to take messages.
public enum PublisherReadiness: Sendable, Hashable, CustomStringConvertible {
    /// It does.
    case ready
    /// It doesn't, for this reason.
    case notReady(reason: String)

    /// A Boolean value that indicates whether it does.
    public var isReady: Bool { self == .ready }

    /// A line for people.
    public var description: String {
        switch self {
        case .ready: "ready"
        case .notReady(let reason): reason
        }
    }
}
