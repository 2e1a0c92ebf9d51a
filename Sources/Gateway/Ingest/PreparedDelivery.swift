import WebhookServices

/// What an authentic webhook comes to.
enum PreparedDelivery {
    /// A message.
    case message(Delivery)
    /// Nothing, on purpose.
    case withheld(Withheld)
}
