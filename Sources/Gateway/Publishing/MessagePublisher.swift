import FedoraMessaging

/// Something that puts messages where they are safe: the broker, or a file.
public protocol MessagePublisher: Sendable {
    /// Publishes a message and returns when it is known what became of it. Never throws; a cancelled caller waits too,
    /// because the message may be on its way already.
    func publish(_ message: FedoraMessage) async -> PublishResult

    /// Whether a message would be taken now. Never blocks.
    var readiness: PublisherReadiness { get }
}
