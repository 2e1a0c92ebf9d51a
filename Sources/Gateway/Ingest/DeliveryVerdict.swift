/// What the deduplication window says of a delivery.
enum DeliveryVerdict: Hashable, Sendable {
    /// Not confirmed yet: publish it so.
    case publish(DeliveryReceipt)
    /// The broker has it already, under this id: answer as before, publish nothing.
    case confirmed(DeliveryReceipt)
    /// The same delivery id came before with another body: this is another message.
    case otherBody
}
