import HTTPServer
import OIDC

/// A login that did not work, told to the person: what happened and what to do. Nothing in it was chosen by others.
public struct LoginFailure: Sendable, Hashable {
    /// The page's title.
    public let title: String
    /// What happened, in a sentence or two.
    public let explanation: String
    /// What to do next.
    public let advice: String
    /// Where to try again; nil where that is no use.
    public let retry: String?
    /// The request's name in the log, for whoever is asked for help.
    public let requestID: String
    /// The answer's status.
    let status: HTTPStatus

    private init(
        _ status: HTTPStatus, _ title: String, _ explanation: String, _ advice: String, retry: String?,
        requestID: RequestID
    ) {
        self.status = status
        self.title = title
        self.explanation = explanation
        self.advice = advice
        self.retry = retry
        self.requestID = "\(requestID)"
    }

    /// The login's time was over, or it was begun in another browser.
    static func unknownAttempt(requestID: RequestID) -> LoginFailure {
        LoginFailure(
            .badRequest, "This login has expired",
            "The login was started in another browser, took too long, or was already used. Cookies may be blocked.",
            "Log in again. If this keeps happening, allow cookies for this site.", retry: AccountPaths.login,
            requestID: requestID)
    }

    /// Too many logins are under way where this one comes from, or too many failed.
    static func tooMany(retry: String, requestID: RequestID) -> LoginFailure {
        LoginFailure(
            HTTPStatus(429), "Too many logins", "There are too many logins from your network right now.",
            "Try again in a few seconds.", retry: retry, requestID: requestID)
    }

    /// The account's name is none that owners here may have.
    static func unusableAccount(requestID: RequestID) -> LoginFailure {
        LoginFailure(
            .forbidden, "This account can’t be used here",
            "The login service returned an account name that this server doesn’t accept.",
            "Account names can have up to 64 lowercase letters, digits, dots, dashes, and underscores. Ask this "
                + "server’s administrators.", retry: nil, requestID: requestID)
    }

    /// This side could not do its part.
    static func unavailable(retry: String, requestID: RequestID) -> LoginFailure {
        LoginFailure(
            .serviceUnavailable, "Login is temporarily unavailable",
            "This server couldn’t reach its database.", "Try again in a minute.", retry: retry, requestID: requestID)
    }

    /// What the error means for the person.
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
