/// A card that waits for a token's first delivery that is published.
struct WaitingCard: Sendable {
    /// The address that tells in JSON what arrived.
    var statusURL: String
    /// The number of deliveries when the page was made.
    var since: Int
    /// The token's page.
    var tokenURL: String
    /// The display name of the service.
    var serviceTitle: String
    /// The last delivery so far; `nil` if there is none.
    var last: Last?

    /// A delivery that arrived.
    struct Last: Sendable {
        /// `published`, `withheld` or `refused`: the card's look.
        var outcome: String
        /// The card's title.
        var title: String
        /// The event of the delivery.
        var text: String
        /// The advice, if it was not published.
        var advice: String?
    }
}

extension WaitingCard {
    /// Creates a card that waits for a token's next delivery.
    ///
    /// - Parameter deliveries: The deliveries so far.
    init(_ view: TokenView, _ deliveries: DeliveryList = DeliveryList()) {
        self.init(
            statusURL: view.path + "/status", since: Int(clamping: deliveries.seen(view.activity)),
            tokenURL: view.path, serviceTitle: view.serviceTitle,
            last: deliveries.ofService.all.first.map { Last($0, view) })
    }
}

extension WaitingCard.Last {
    /// The outcome of a delivery.
    init(_ record: DeliveryRecord, _ view: TokenView) {
        let event = record.event.map { "“\($0.isolated)”" } ?? "A delivery"
        let (outcome, title, text) =
            switch record.outcome {
            case .published:
                (
                    "published",
                    view.activity.published <= 1 ? "First delivery received" : "Delivery published",
                    "\(event) was published" + (record.topic.map { " as \($0)." } ?? ".")
                )
            case .repeated:
                ("published", "Delivery repeated", "\(event) was received again. It was already published.")
            case .withheld:
                (
                    "withheld", "Last delivery not published", "\(event) was accepted but not published."
                )
            case .refused: ("refused", "Last delivery refused", "\(event) was refused.")
            }
        let advice = record.outcome == .repeated ? nil : record.reason
        self.init(
            outcome: outcome, title: title, text: text,
            advice: advice.map { DeliveryReason.explanation(of: $0, service: view.serviceTitle, record: record) })
    }
}

extension DeliveryList {
    /// Returns the number of known deliveries. The list can be ahead of the counters, which are written in batches.
    func seen(_ activity: TokenActivity) -> Int64 { max(activity.total, Int64(all.count)) }
}

extension TokenActivity {
    /// The number of all deliveries.
    var total: Int64 { published + withheld + refused }
}
