import Encodings
import WebPages
import WebhookServices

/// The parts that the pages' code works with.
struct WebSite: Sendable {
    let renderer: PageRenderer
    let tokens: TokenService
    let accounts: any PageAccounts
    let people: any PeopleDirectory
    let services: ServiceRegistry
    let settings: WebSettings
    /// Makes the messages that pages show.
    let messages: MessageRenderer
    /// Remembers which forms were sent.
    let forms: any FormLedger

    /// Returns the frame around the content of a page.
    func frame(for request: PageRequest, _ section: PageFrame.Section, flash: Notice? = nil) -> PageFrame {
        PageFrame(
            viewer: request.visitor.map { Viewer(name: $0.account, isAdmin: $0.person.isAdmin) },
            csrf: request.visitor?.csrfToken ?? "", once: request.visitor == nil ? "" : FormUse.newKey(), flash: flash,
            section: section,
            loginURL: settings.canLogIn ? loginURL(backTo: request) : nil,
            isDevelopment: settings.isDevelopmentLogin, version: settings.version, links: settings.links)
    }

    private func loginURL(backTo request: PageRequest) -> String {
        let address = request.formPage ?? request.path + request.query.text
        return address == "/" ? "/login" : "/login?next=\(PercentEncoding.encode(address))"
    }
}
