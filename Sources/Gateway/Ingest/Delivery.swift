import Cryptography
import FedoraMessaging
import WebhookServices

/// An authentic webhook on its way to becoming a message. Used by its request's task alone: a reference, because it is
/// handed on more often than its parts are looked at.
final class Delivery {
    let event: WebhookEvent
    let schema: MessageSchema
    /// The routing key: prefix and topic.
    let routingKey: String
    /// Tells its body from another body with the same delivery id.
    let digest: DeliveryDigest
    /// The bytes that came.
    private let body: ArraySlice<UInt8>
    /// What it is known by to the deduplication window.
    private(set) var key: UUIDValue
    private let token: UUIDValue

    init(
        _ event: WebhookEvent, schema: MessageSchema, routingKey: String, token: UUIDValue, digest: DeliveryDigest,
        body: ArraySlice<UInt8>
    ) {
        self.event = event
        self.schema = schema
        self.routingKey = routingKey
        self.token = token
        self.digest = digest
        self.body = body
        // Without a delivery id, only the same body within the window counts as the same delivery.
        key =
            event.deliveryID.map { MessageIdentifier.make(token: token, deliveryID: $0) }
            ?? MessageIdentifier.make(token: token, deliveryID: digest.bytes)
    }

    /// What it gets if it was not received before: its key as the message id, so that the id is the same however
    /// often and wherever it is received; or a random id where the service gives its deliveries none.
    func receipt(second: Int64) -> DeliveryReceipt {
        DeliveryReceipt(messageID: event.deliveryID == nil ? MessageIdentifier.random() : key, second: second)
    }

    /// Gives it a key of its own: its delivery id came before with another body.
    ///
    /// The message's id is made of that, so it takes a hash that is the same in every process: the digest is this
    /// process's own.
    func distinguish() {
        guard let deliveryID = event.deliveryID else { return }
        key = MessageIdentifier.make(token: token, deliveryID: deliveryID, digest: SHA256.digest(body))
    }

    /// The message that goes out.
    func message(_ receipt: DeliveryReceipt) -> FedoraMessage {
        FedoraMessage(
            id: receipt.messageID.description, topic: event.topic, schema: schema.name,
            schemaPackage: schema.package, sentAt: SentAt.format(secondsSince1970: receipt.second),
            usernames: event.usernames, body: event.messageBody())
    }
}
