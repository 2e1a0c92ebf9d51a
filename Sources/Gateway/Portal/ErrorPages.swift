import Encodings
import HTTPServer
import WebPages

/// A message and links onward: errors, a failed login, a logout.
struct MessagePage: PageContent {
    static let template = "message"

    var title: String
    /// The status, if it is an error.
    var code: String?
    /// The explanation, in a sentence.
    var text: String
    var advice: [String] = []
    /// The links onward.
    var ways: [PageLink]
    /// A form to continue with.
    var followUp: FollowUpForm?
    /// The request's id in the log, to mention when asking for help.
    var requestID: String?
}

/// A form that is sent once more: one that failed through no fault of its sender, or one that asks whether it was
/// meant.
struct FollowUpForm: Sendable {
    struct Hidden: Sendable {
        var name: String
        var value: String
    }

    /// The address of the form.
    var action: String
    /// A Boolean value that indicates whether it is a new form of this session, and not one that already has what a
    /// session's forms carry.
    var isNew: Bool
    /// The fields that are sent again as they were.
    var hidden: [Hidden]
    /// A secret, which is typed again and never sent back to a page.
    var secret: TextField?
    /// The label of the button.
    var button = "Try again"
    /// A Boolean value that indicates whether that cannot be undone.
    var isDestructive = false
}

/// The pages for errors: what went wrong, and what to do.
enum ErrorPages {
    private static let home = PageLink(url: "/", text: "Home", isPrimary: true)
    private static let tokens = PageLink(url: "/tokens", text: "Your tokens", isPrimary: true)

    /// Returns the page and its status.
    ///
    /// - Parameter isKept: Whether what was typed into a form comes back there after a login.
    static func page(
        for failure: PageFailure, _ request: PageRequest, isKept: Bool = false
    ) -> (content: MessagePage, status: Int) {
        switch failure {
        case .notFound: (notFound(isLoggedIn: request.session != nil), 404)
        case .methodNotAllowed: (methodNotAllowed(request), 405)
        case .loggedOut: (loggedOut(request, isKept), 403)
        case .forged: (forged(request), 403)
        case .http(let error): (server(error, request, isKept), Int(error.status.code))
        case .service(let error): (service(error, request, isKept), error.status)
        }
    }

    /// Returns the links back to the page with the form; without one, to the tokens or the start page.
    private static func back(_ request: PageRequest, isKept: Bool = false) -> [PageLink] {
        guard let way = request.formPage, way != "/" else { return [request.session == nil ? home : tokens] }
        let link = PageLink(url: way, text: isKept ? "Back to the form" : "Back to the page", isPrimary: true)
        return way.hasPrefix("/tokens") ? [link, PageLink(url: tokens.url, text: tokens.text)] : [link]
    }

    private static func notFound(isLoggedIn: Bool) -> MessagePage {
        MessagePage(
            title: "Page not found", code: "404",
            text: "It may have been deleted, or you may not have access to it. Check the address.",
            ways: [isLoggedIn ? tokens : home])
    }

    private static func methodNotAllowed(_ request: PageRequest) -> MessagePage {
        MessagePage(
            title: "Not allowed here", code: "405", text: "Nothing was changed. This address doesn’t accept forms.",
            advice: ["Open the page and use its buttons."], ways: [request.session == nil ? home : tokens])
    }

    private static func loggedOut(_ request: PageRequest, _ isKept: Bool) -> MessagePage {
        let way = request.formPage ?? "/"
        let login = way == "/" ? "/login" : "/login?next=" + PercentEncoding.encode(way)
        return MessagePage(
            title: "You’re logged out", code: "403",
            text: "Your session expired before your changes were saved.",
            advice: [
                isKept
                    ? "Log in again to continue. What you typed is kept for 30 minutes, except secrets."
                    : "Log in again to continue."
            ],
            ways: [PageLink(url: login, text: "Log in", isPrimary: true), PageLink(url: "/", text: "Home")])
    }

    private static func forged(_ request: PageRequest) -> MessagePage {
        MessagePage(
            title: "Your session changed", code: "403", text: "Nothing was changed.",
            advice: ["Reload the page and try again."],
            ways: back(request), requestID: request.requestID)
    }

    private static func server(_ error: HTTPError, _ request: PageRequest, _ isKept: Bool) -> MessagePage {
        let isOurs = error.status.code >= 500
        return MessagePage(
            title: isOurs ? "Temporarily unavailable" : "That didn’t work", code: String(error.status.code),
            text: error.message,
            advice: isOurs ? ["Reload the page in a minute."] : [],
            ways: request.formPage == nil ? [home] : back(request, isKept: isKept), requestID: request.requestID)
    }

    private static func service(_ error: TokenServiceError, _ request: PageRequest, _ isKept: Bool) -> MessagePage {
        switch error {
        case .forbidden(.staleLogin):
            return MessagePage(
                title: "Confirm it’s you", code: "403",
                text:
                    "Nothing was changed. To change other people’s tokens as an administrator, you need to have logged "
                    + "in within the last hour.",
                advice: isKept ? ["What you typed is kept for 30 minutes, except secrets."] : [],
                ways: [PageLink(url: freshLogin(request), text: "Log in again", isPrimary: true)])
        case .forbidden:
            return MessagePage(
                title: "Administrators only", code: "403",
                text: "Your account isn’t in any of this server’s administrator groups.", ways: back(request))
        case .tooMany(let text):
            return MessagePage(title: "Too many tests", code: "429", text: text, ways: back(request))
        case .unavailable:
            return MessagePage(
                title: "Temporarily unavailable", code: "503",
                text: "The database isn’t responding. Webhooks are still being received.",
                advice: ["Reload the page in a minute."], ways: request.formPage == nil ? [home] : back(request),
                requestID: request.requestID)
        case .unreadable:
            return MessagePage(
                title: "This token can’t be read", code: "500",
                text: "The database holds a row of this token that makes no sense.",
                advice: ["Tell an administrator, who finds the column in the server’s log."], ways: [home],
                requestID: request.requestID)
        case .notFound:
            return notFound(isLoggedIn: true)
        case .invalid(let problem):
            return MessagePage(title: "That didn’t work", code: "422", text: problem.sentence, ways: back(request))
        case .changed:
            return MessagePage(
                title: "That didn’t work", code: "409",
                text: "Someone else changed this token after you opened the page. Reload the page and try again.",
                ways: back(request))
        case .lastOwner:
            return MessagePage(
                title: "That didn’t work", code: "409",
                text: "A token needs at least one owner. Add another owner first.", ways: back(request))
        }
    }

    /// Returns the address of a fresh login that leads back to the token's page.
    private static func freshLogin(_ request: PageRequest) -> String {
        let parts = request.path.split(separator: "/").prefix(2)
        return "/login?fresh=1&next=" + PercentEncoding.encode("/" + parts.joined(separator: "/"))
    }
}
