import WebhookServices

/// The result of preparing an authentic webhook.
enum PreparedDelivery {
    /// A message.
    case message(Delivery)
    /// Nothing, on purpose; of an event of that name, about that repository where that is the reason.
    case withheld(Withheld, event: String, repository: String? = nil)
}
