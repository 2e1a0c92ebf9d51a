/// A token in a list.
package struct TokenRow: Sendable {
    /// Its id.
    package var id: String
    /// Its page.
    package var url: String
    /// Its name.
    package var name: String
    /// Its service.
    package var service: ServiceBadge
    /// Its scope.
    package var scope: String?
    /// The owners, where they are of interest.
    package var owners: String?
    /// The address of its webhooks.
    package var webhookURL: String
    /// Enabled, disabled, service off.
    package var state: StatePill
    /// The last delivery.
    package var last: LastDelivery?
    /// The number of accepted deliveries.
    package var accepted: String
    /// The number of deliveries that were accepted and not published.
    package var withheld: String
    /// The number of refused deliveries.
    package var refused: String

    package init(
        id: String, url: String, name: String, service: ServiceBadge, scope: String? = nil, owners: String? = nil,
        webhookURL: String, state: StatePill, last: LastDelivery? = nil, accepted: String, withheld: String,
        refused: String
    ) {
        self.id = id
        self.url = url
        self.name = name
        self.service = service
        self.scope = scope
        self.owners = owners
        self.webhookURL = webhookURL
        self.state = state
        self.last = last
        self.accepted = accepted
        self.withheld = withheld
        self.refused = refused
    }

    /// The last delivery of a token.
    package struct LastDelivery: Sendable {
        /// When.
        package var when: Moment
        /// The outcome.
        package var outcome: StatePill

        package init(when: Moment, outcome: StatePill) {
            self.when = when
            self.outcome = outcome
        }
    }
}
