/// `/tokens/new`: which service?
package struct ServicesPage: PageContent {
    package static let template = "services"

    package var title: String { "New token" }

    /// The way back.
    package var crumbs: [PageLink]
    /// The services.
    package var services: [Entry]

    package init(crumbs: [PageLink], services: [Entry]) {
        self.crumbs = crumbs
        self.services = services
    }

    /// A service to choose.
    package struct Entry: Sendable {
        /// The service.
        package var service: ServiceBadge
        /// The address of its form.
        package var url: String
        /// The proof of its webhooks, in a few words.
        package var summary: String

        package init(service: ServiceBadge, url: String, summary: String) {
            self.service = service
            self.url = url
            self.summary = summary
        }
    }
}
