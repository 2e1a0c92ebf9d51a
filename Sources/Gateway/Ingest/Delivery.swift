import FedoraMessaging
import WebhookServices

/// An authentic webhook on its way to becoming a message. Used by its request's task alone: a reference, because it is
/// handed on more often than its parts are looked at.
final class Delivery {
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

    /// The receipt it gets if it was not received before.
    func receipt(second: Int64) -> DeliveryReceipt {
        DeliveryReceipt(messageID: key ?? MessageIdentifier.random(), second: second)
    }

    /// The message that goes out.
    func message(_ receipt: DeliveryReceipt) -> FedoraMessage {
        FedoraMessage(
            id: receipt.messageID.description, topic: event.topic, schema: schema.name,
            schemaPackage: schema.package, sentAt: SentAt.format(secondsSince1970: receipt.second),
            usernames: event.usernames, ownHeaders: origin, body: event.messageBody())
    }
}
