import FedoraMessaging

/// The receipt of a delivery: made when it was first received, and kept however often it is sent again.
struct DeliveryReceipt: Hashable, Sendable {
    /// The message's id.
    let messageID: UUIDValue
    /// The time of first receipt, in whole seconds since 1970: the message's `sent-at`.
    let second: Int64
}

/// The deduplication window's answer about a delivery.
enum DeliveryVerdict: Hashable, Sendable {
    /// Not confirmed yet: publish it so.
    case publish(DeliveryReceipt)
    /// The broker has it already, under this id: answer as before, publish nothing.
    case confirmed(DeliveryReceipt)
}
