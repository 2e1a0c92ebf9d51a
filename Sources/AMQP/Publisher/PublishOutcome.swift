/// The outcome of a message given to ``AMQPPublisher/publish(_:until:)``.
///
/// Only ``confirmed`` means that the broker has it. After ``nacked``, ``refused(code:text:)``, ``topicRefused(text:)``,
/// ``tooLarge(limit:)``, ``invalid(_:)`` and ``windowFull`` it has not. After the others it may or may not: send it again
/// with the same message id. Also a message that is confirmed may be there twice, with the same id: the broker had it
/// already when it closed the channel because of another, and its confirm was lost with the channel.
public enum PublishOutcome: Sendable, Hashable {
    /// The broker has taken responsibility for the message.
    case confirmed
    /// The broker could not take it (a full queue that rejects, or an internal error). Trying later may help.
    case nacked
    /// The broker closed the channel because of a publish, and it was this one: the broker's words say so, or it was alone
    /// in flight. Where the exchange is gone (404) or not ours (403), that holds for every message.
    case refused(code: UInt16, text: String)
    /// The broker does not let us publish that topic; it was asked lately, and is not asked again for a while.
    case topicRefused(text: String)
    /// The broker takes no bodies of more bytes; likewise.
    case tooLarge(limit: Int)
    /// The broker closed the channel again and again, and for no publish.
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
