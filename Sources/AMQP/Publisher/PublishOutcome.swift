/// What became of a message given to ``AMQPPublisher/publish(_:until:)``.
///
/// Only ``confirmed`` means that the broker has it. After ``nacked``, ``refused(code:text:)``, ``invalid(_:)`` and
/// ``windowFull`` it has not. After the others it may or may not: send it again with the same message id.
public enum PublishOutcome: Sendable, Hashable {
    /// The broker has taken responsibility for the message.
    case confirmed
    /// The broker could not take it (a full queue that rejects, or an internal error). Trying later may help.
    case nacked
    /// The broker closed the channel (403, 404, 406) because of a publish while this message alone was in flight, so it
    /// is the culprit. The channel has been, or is being, opened again.
    case refused(code: UInt16, text: String)
    /// The broker closed the channel while several messages were in flight, which names no culprit. To find it, send
    /// them again one by one.
    case channelClosed(code: UInt16, text: String)
    /// Not connected, blocked by the broker, suspect after a time-out, or the connection was lost while waiting.
    case unavailable(String)
    /// The window or the output buffer is full; nothing was sent.
    case windowFull
    /// No confirm in time.
    case timedOut
    /// The message cannot be put on the wire, now or ever; nothing was sent.
    case invalid(MessageEncodingError)
}
