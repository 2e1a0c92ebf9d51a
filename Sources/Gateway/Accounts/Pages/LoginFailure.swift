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
            "The login was not begun in this browser, took too long, or was already used. Cookies may be switched off.",
            "Please log in again. If it happens again, allow cookies for this site.", retry: AccountPaths.login,
            requestID: requestID)
    }

    /// Too many logins are under way where this one comes from, or too many failed.
    static func tooMany(retry: String, requestID: RequestID) -> LoginFailure {
        LoginFailure(
            HTTPStatus(429), "Too many logins at once", "Many logins come from your network just now.",
            "Please try again in a few seconds.", retry: retry, requestID: requestID)
    }

    /// The account's name is none that owners here may have.
    static func unusableAccount(requestID: RequestID) -> LoginFailure {
        LoginFailure(
            .forbidden, "This account cannot be used here",
            "The login service gave an account name that this server does not accept.",
            "Account names have small letters, digits, dots, dashes and underscores, 64 at most. Please ask the "
                + "administrators of this server.", retry: nil, requestID: requestID)
    }

    /// This side could not do its part.
    static func unavailable(retry: String, requestID: RequestID) -> LoginFailure {
        LoginFailure(
            .serviceUnavailable, "Logging in does not work right now",
            "This server could not reach its database.", "Please try again in a minute.", retry: retry,
            requestID: requestID)
    }

    /// What the error means for the person.
    static func of(_ error: OIDCError, retry: String, requestID: RequestID) -> LoginFailure {
        switch error {
        case .refused(code: "access_denied"):
            LoginFailure(
                .forbidden, "You did not log in", "The login service says that the login was declined.",
                "If that was not your intention, please try again and allow it.", retry: retry, requestID: requestID)
        case .stateMismatch, .badCallback, .callbackIssuerMismatch:
            unknownAttempt(requestID: requestID)
        case .tokenRefused(code: "invalid_grant"), .tokenRefused(code: "invalid_request"):
            LoginFailure(
                .badRequest, "This login has expired", "The login service did not accept the login's code any more.",
                "Please log in again.", retry: retry, requestID: requestID)
        case .idToken(.authenticationTime):
            LoginFailure(
                .forbidden, "A fresh login is needed", "The login service did not ask you for your password again.",
                "Please log out at the login service, and log in again.", retry: retry, requestID: requestID)
        case .idToken(.noAuthenticationTime):
            LoginFailure(
                .forbidden, "No fresh login is possible",
                "The login service does not say when you last entered your password (there is no “auth_time” in what "
                    + "it sends), so nothing can be changed as an administrator. Your own tokens are not affected.",
                "Please ask the administrators of the login service to send “auth_time”.", retry: nil,
                requestID: requestID)
        case .unreachable, .refused(code: "temporarily_unavailable"), .refused(code: "server_error"):
            LoginFailure(
                .serviceUnavailable, "The login service does not answer",
                "This server could not reach the login service, or got no useful answer.",
                "Please try again in a minute.", retry: retry, requestID: requestID)
        case .refused, .tokenRefused, .malformed, .issuerMismatch, .idToken, .userInfoRefused, .subjectMismatch,
            .noAccountName, .notRefreshable:
            LoginFailure(
                HTTPStatus(502), "Logging in did not work",
                "The login service and this server did not understand each other. It is not your fault.",
                "Please try again; if it happens again, tell the administrators of this server the number below.",
                retry: retry, requestID: requestID)
        }
    }
}
