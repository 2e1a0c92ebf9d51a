import WebhookServices

/// What an authentic webhook comes to.
enum PreparedDelivery {
    /// A message.
    case message(Delivery)
    /// Nothing, on purpose; of an event of that name.
    case withheld(Withheld, event: String)
}
