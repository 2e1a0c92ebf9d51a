import FedoraMessaging
import WebhookServices

/// A message in the making, of an authentic webhook. Used by its request's task alone: a reference, because it is
/// handed on more often than its parts are looked at.
final class MessageDraft {
    let event: WebhookEvent
    let schema: MessageSchema
    /// The routing key: prefix and topic.
    let routingKey: String
    /// The message's id as computed from the delivery, which is the same however often and wherever it is received; `nil`
    /// where the service gives its deliveries no id. Then each is another event, whatever is in it.
    let key: UUIDValue?
    /// The message's header for the token that it came by.
    private let origin: [(name: String, value: String)]

    init(
        _ event: WebhookEvent, schema: MessageSchema, routingKey: String, token: UUIDValue,
        origin: [(name: String, value: String)] = []
    ) {
        self.event = event
        self.origin = origin
        self.schema = schema
        self.routingKey = routingKey
        key = event.deliveryID.map {
            MessageIdentifier.make(token: token, deliveryID: $0, digest: event.payloadDigest)
        }
    }

    /// Returns the stamp it gets if its delivery was not received before.
    func stamp(second: Int64) -> MessageStamp {
        MessageStamp(messageID: key ?? MessageIdentifier.random(), second: second)
    }

    /// Returns the message that goes out.
    func message(_ stamp: MessageStamp) -> FedoraMessage {
        FedoraMessage(
            id: stamp.messageID.description, topic: event.topic, schema: schema.name,
            schemaPackage: schema.package, sentAt: SentAt.format(secondsSince1970: stamp.second),
            usernames: event.usernames, ownHeaders: origin, body: event.messageBody())
    }
}

/// The id and the time of a message: made when its delivery was first received, and kept however often that is sent again.
struct MessageStamp: Hashable, Sendable {
    /// The message's id.
    let messageID: UUIDValue
    /// The time of first receipt, in whole seconds since 1970: the message's `sent-at`.
    let second: Int64
}
