/// The meaning of a frame from the broker for the connection's driver. Any answer it requires is already in the output
/// buffer.
enum ConnectionAction: Sendable, Equatable {
    /// Nothing to do but to send what is in the output buffer.
    case none
    /// The channel is open and in confirm mode, for the first time or again: delivery tags begin at 1.
    case ready
    /// The broker has the message, or with `multiple` all up to it; zero with `multiple` is all.
    case confirmed(deliveryTag: UInt64, multiple: Bool)
    /// The broker could not take the message, or all up to it.
    case rejected(deliveryTag: UInt64, multiple: Bool)
    /// No queue took a message; it is confirmed all the same.
    case returned(routingKey: String)
    /// The broker said which topics it lets us publish.
    case probed([TopicProbe.Verdict])
    /// The broker closed the channel; it is being opened again.
    case channelClosed(CloseReason)
    /// The broker reads no publishes for now.
    case blocked(reason: String)
    /// The broker reads again.
    case unblocked
    /// The broker closed the connection: send what is in the output buffer, then close the stream.
    case closed(CloseReason)
    /// Our own close is answered: close the stream.
    case farewell
    /// The connection is beyond repair: close the stream.
    case failed(ConnectionFailure)
}
