/// A token that wants to be looked at.
package struct AttentionRow: Sendable {
    /// Its service.
    package var service: ServiceBadge
    /// Its page.
    package var url: String
    /// Its name.
    package var name: String
    /// Why.
    package var reason: String
    /// Since when.
    package var when: Moment?

    package init(service: ServiceBadge, url: String, name: String, reason: String, when: Moment? = nil) {
        self.service = service
        self.url = url
        self.name = name
        self.reason = reason
        self.when = when
    }
}
