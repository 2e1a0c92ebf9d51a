import HTTPServer
import OIDC
import WebPages

/// A failed login, explained to the person: what happened and what to do. Nothing in it was chosen by others.
struct LoginFailure: Sendable {
    let page: MessagePage
    let status: HTTPStatus

    /// - Parameter retry: The address for another try; `nil` where that is of no use.
    private init(
        _ status: HTTPStatus, _ title: String, _ explanation: String, _ advice: String, retry: String?,
        requestID: RequestID
    ) {
        self.status = status
        page = MessagePage(
            title: title, text: explanation, advice: [advice],
            ways: [retry.map { PageLink(url: $0, text: "Try again", isPrimary: true) }, .home].compactMap(\.self),
            requestID: "\(requestID)")
    }

    /// The login took too long, or it was begun in another browser.
    static func unknownAttempt(requestID: RequestID) -> LoginFailure {
        LoginFailure(
            .badRequest, "This login has expired",
            "The login was started in another browser, took too long, or was already used. Cookies may be blocked.",
            "Log in again. If this keeps happening, allow cookies for this site.", retry: AccountPaths.login,
            requestID: requestID)
    }

    /// Too many logins from the same source are under way, or have failed.
    static func tooMany(retry: String, requestID: RequestID) -> LoginFailure {
        LoginFailure(
            HTTPStatus(429), "Too many logins", "There are too many logins from your network right now.",
            "Try again in a few seconds.", retry: retry, requestID: requestID)
    }

    /// The account's name is not valid here.
    static func unusableAccount(requestID: RequestID) -> LoginFailure {
        LoginFailure(
            .forbidden, "This account can’t be used here",
            "The login service returned an account name that this server doesn’t accept.",
            "Account names can have up to 64 lowercase letters, digits, dots, dashes, and underscores. Ask this "
                + "server’s administrators.", retry: nil, requestID: requestID)
    }

    /// The server could not reach its database.
    static func unavailable(retry: String, requestID: RequestID) -> LoginFailure {
        LoginFailure(
            .serviceUnavailable, "Login is temporarily unavailable",
            "This server couldn’t reach its database.", "Try again in a minute.", retry: retry, requestID: requestID)
    }

    /// Returns what an error means for the person.
    static func of(_ error: OIDCError, retry: String, requestID: RequestID) -> LoginFailure {
        switch error {
        case .refused(code: "access_denied"):
            LoginFailure(
                .forbidden, "Login declined", "The login service reports that the login was declined.",
                "If you didn’t mean to decline it, try again and allow access.", retry: retry, requestID: requestID)
        case .stateMismatch, .badCallback, .callbackIssuerMismatch:
            unknownAttempt(requestID: requestID)
        case .tokenRefused(code: "invalid_grant"), .tokenRefused(code: "invalid_request"):
            LoginFailure(
                .badRequest, "This login has expired", "The login service no longer accepts this login’s code.",
                "Log in again.", retry: retry, requestID: requestID)
        case .idToken(.authenticationTime):
            LoginFailure(
                .forbidden, "Fresh login needed", "The login service didn’t ask for your password again.",
                "Log out of the login service, then log in again.", retry: retry, requestID: requestID)
        case .idToken(.noAuthenticationTime):
            LoginFailure(
                .forbidden, "Fresh login not supported",
                "The login service doesn’t say when you last entered your password (“auth_time” is missing), so you "
                    + "can’t change anything as an administrator. Your own tokens aren’t affected.",
                "Ask the login service’s administrators to send “auth_time”.", retry: nil, requestID: requestID)
        case .unreachable, .refused(code: "temporarily_unavailable"), .refused(code: "server_error"):
            LoginFailure(
                .serviceUnavailable, "The login service isn’t responding",
                "This server couldn’t reach the login service, or got an invalid response.",
                "Try again in a minute.", retry: retry, requestID: requestID)
        case .refused, .tokenRefused, .malformed, .issuerMismatch, .idToken, .userInfoRefused, .subjectMismatch,
            .noAccountName, .notRefreshable:
            LoginFailure(
                HTTPStatus(502), "Login failed",
                "The login service sent an unexpected response. This isn’t your fault.",
                "Try again. If it keeps happening, send this server’s administrators the request ID below.",
                retry: retry, requestID: requestID)
        }
    }
}

extension PageContent where Self == MessagePage {
    /// There is neither a provider nor a development login.
    static var loginNotConfigured: MessagePage {
        MessagePage(
            title: "Login isn’t configured", text: "This server has no login service.",
            advice: ["Administrators can set one up in the [oidc] section of the configuration."], ways: [.home])
    }

    static var developmentLoginElsewhere: MessagePage { notAllowed("Development login only works on this machine.") }

    /// Something was refused.
    ///
    /// - Parameter reason: Why, in a sentence for people.
    static func notAllowed(_ reason: String) -> MessagePage {
        MessagePage(
            title: "Not allowed", code: "403", text: reason,
            ways: [PageLink(url: "/tokens", text: "Your tokens", isPrimary: true), .home])
    }

    /// - Parameter providerLogout: The address at which the provider's own session ends, if it has one.
    static func loggedOut(providerLogout: String?) -> MessagePage {
        let provider = providerLogout.map {
            PageLink(url: $0, text: "Also log out of the login service", isPrimary: true)
        }
        return MessagePage(
            title: "You’re logged out", text: "Your tokens keep working.",
            ways: [provider, PageLink(url: AccountPaths.login, text: "Log in again"), .home].compactMap(\.self))
    }
}

extension PageLink {
    static let home = PageLink(url: "/", text: "Home")
}
