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
