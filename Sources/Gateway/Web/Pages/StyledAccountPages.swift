import Logging
import WebPages

/// The login's pages, in the same clothes as all others.
struct StyledAccountPages: AccountPageRenderer {
    let renderer: PageRenderer
    let settings: WebSettings
    let logger: Logger

    private static let home = PageLink(url: "/", text: "Home")

    func document(_ page: AccountPage, _ context: SessionContext) -> [UInt8] {
        var frame = PageFrame(
            viewer: context.session.map { Viewer(name: $0.account, isAdmin: $0.isAdmin) },
            csrf: context.session?.csrfToken ?? "", isDevelopment: context.isDevelopmentLogin,
            version: settings.version, links: settings.links)
        if case .developmentLogin(_, .some) = page { frame.hasErrors = true }
        do {
            return try renderer.render(Self.content(page), in: frame)
        } catch {
            logger.throttled(.error, "a page cannot be made", metadata: ["error": "\(error)"])
            return Array("<!DOCTYPE html><title>Error</title><p>This page can’t be shown.\n".utf8)
        }
    }

    private static func content(_ page: AccountPage) -> any PageContent {
        switch page {
        case .loginFailed(let failure):
            return MessagePage(
                title: failure.title, text: failure.explanation, advice: [failure.advice],
                ways: [failure.retry.map { PageLink(url: $0, text: "Try again", isPrimary: true) }, home]
                    .compactMap { $0 },
                requestID: failure.requestID)
        case .developmentLogin(let next, let problem):
            return developmentLogin(next, problem)
        case .loginNotConfigured:
            return MessagePage(
                title: "Login isn’t configured", text: "This server has no login service.",
                advice: ["Administrators can set one up in the [oidc] section of the configuration."], ways: [home])
        case .loggedOut(let providerLogout):
            let provider = providerLogout.map {
                PageLink(url: $0, text: "Also log out of the login service", isPrimary: true)
            }
            return MessagePage(
                title: "You’re logged out", text: "Your tokens keep working.",
                ways: [provider, PageLink(url: "/login", text: "Log in again"), home].compactMap { $0 })
        case .stillLoggedIn(let reason, let requestID):
            return MessagePage(
                title: "You may still be logged in", text: reason,
                advice: ["Go back to the page and log out again."],
                ways: [PageLink(url: "/account", text: "Your account", isPrimary: true), home], requestID: requestID)
        case .forbidden(let reason):
            return MessagePage(
                title: "Not allowed", code: "403", text: reason,
                ways: [PageLink(url: "/tokens", text: "Your tokens", isPrimary: true), home])
        }
    }

    private static func developmentLogin(_ next: ReturnAddress, _ problem: String?) -> DevelopmentLoginPage {
        DevelopmentLoginPage(
            problem: problem, next: next.path,
            fields: [
                TextField(
                    id: "account", name: "account", label: "Account",
                    hint: "Any name: lowercase letters, digits, - _ .",
                    maximum: TokenOwner.maximumNameCount),
                TextField(
                    id: "groups", name: "groups", label: "Groups", hint: "Separated by commas.",
                    placeholder: "packager, infra-sig", maximum: 1000, isOptional: true),
            ])
    }
}
