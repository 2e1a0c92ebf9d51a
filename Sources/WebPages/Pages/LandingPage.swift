/// `/`, for someone who is not logged in.
package struct LandingPage: PageContent {
    package static let template = "landing"

    package var title: String { "Webhooks in, Fedora messages out" }

    /// The address of the login; `nil` if that is not set up.
    package var login: PageLink?
    /// The services that it works with.
    package var services: [ServiceBadge]

    package init(login: PageLink?, services: [ServiceBadge]) {
        self.login = login
        self.services = services
    }
}
