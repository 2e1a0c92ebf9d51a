import Encodings
import HTTPServer
import WebPages

/// The pages for what went wrong: what it is, and what to do.
enum ErrorPages {
    private static let home = PageLink(url: "/", text: "Start page", isPrimary: true)
    private static let tokens = PageLink(url: "/tokens", text: "Your tokens", isPrimary: true)

    /// The page and its status.
    ///
    /// - Parameter isKept: Whether what was typed into a form comes back there after a login.
    static func page(
        for failure: PageFailure, _ request: PageRequest, isKept: Bool = false
    ) -> (content: MessagePage, status: Int) {
        switch failure {
        case .notFound: (notFound(isLoggedIn: request.visitor != nil), 404)
        case .methodNotAllowed: (methodNotAllowed(request), 405)
        case .login: (loggedOut(request, isKept), 403)
        case .forged: (forged(request), 403)
        case .http(let error): (server(error, request, isKept), Int(error.status.code))
        case .desk(let error): (desk(error, request, isKept), error.status)
        }
    }

    /// Back to the page that the form is on; elsewhere, to one's tokens or the start page.
    private static func back(_ request: PageRequest, isKept: Bool = false) -> [PageLink] {
        guard let way = request.formPage, way != "/" else { return [request.visitor == nil ? home : tokens] }
        let link = PageLink(url: way, text: isKept ? "Back to the form" : "Back to the page", isPrimary: true)
        return way.hasPrefix("/tokens") ? [link, PageLink(url: tokens.url, text: tokens.text)] : [link]
    }

    private static func notFound(isLoggedIn: Bool) -> MessagePage {
        MessagePage(
            title: "There is nothing here", code: "404",
            text: "The address is wrong, or what was here is gone, or it belongs to somebody else.",
            ways: [isLoggedIn ? tokens : home])
    }

    private static func methodNotAllowed(_ request: PageRequest) -> MessagePage {
        MessagePage(
            title: "That can’t be sent here", code: "405", text: "Nothing was changed: this address only shows a page.",
            advice: ["Open the page, and use its buttons."], ways: [request.visitor == nil ? home : tokens])
    }

    private static func loggedOut(_ request: PageRequest, _ isKept: Bool) -> MessagePage {
        let way = request.formPage ?? "/"
        let login = way == "/" ? "/login" : "/login?next=" + PercentEncoding.encode(way)
        return MessagePage(
            title: "You are logged out", code: "403",
            text: "Nothing was saved: your login ended in the meantime.",
            advice: [
                isKept
                    ? "Log in again to go back to the page. What you typed is kept for half an hour, except for secrets."
                    : "Log in again to go back to the page."
            ],
            ways: [PageLink(url: login, text: "Log in", isPrimary: true), PageLink(url: "/", text: "Start page")])
    }

    private static func forged(_ request: PageRequest) -> MessagePage {
        MessagePage(
            title: "This form is not valid", code: "403",
            text: "Nothing was changed: the form did not come from a page of this session.",
            advice: ["If the page was open for long, reload it and try again."],
            ways: back(request), requestID: request.requestID)
    }

    private static func server(_ error: HTTPError, _ request: PageRequest, _ isKept: Bool) -> MessagePage {
        let isOurs = error.status.code >= 500
        return MessagePage(
            title: isOurs ? "Not just now" : "That did not work", code: String(error.status.code), text: error.message,
            advice: isOurs ? ["Reload the page in a minute."] : [],
            ways: request.formPage == nil ? [home] : back(request, isKept: isKept), requestID: request.requestID)
    }

    private static func desk(_ error: TokenDeskError, _ request: PageRequest, _ isKept: Bool) -> MessagePage {
        switch error {
        case .forbidden(.staleLogin):
            return MessagePage(
                title: "Log in once more", code: "403",
                text: "Nothing was changed: as an administrator, changing what belongs to others takes a login "
                    + "within the last hour.",
                advice: isKept ? ["What you typed is kept for half an hour, except for secrets."] : [],
                ways: [PageLink(url: freshLogin(request), text: "Log in again", isPrimary: true)])
        case .forbidden:
            return MessagePage(
                title: "This is for administrators", code: "403",
                text: "Your account is in none of the groups that administer this server.", ways: back(request))
        case .tooMany(let text):
            return MessagePage(title: "That is too much", code: "429", text: text, ways: back(request))
        case .unavailable:
            return MessagePage(
                title: "Not just now", code: "503",
                text: "The database does not answer. Webhooks go on being received meanwhile.",
                advice: ["Reload the page in a minute."], ways: request.formPage == nil ? [home] : back(request),
                requestID: request.requestID)
        case .notFound:
            return notFound(isLoggedIn: true)
        case .invalid(let problem):
            return MessagePage(title: "That did not work", code: "422", text: problem.sentence, ways: back(request))
        case .changed:
            return MessagePage(
                title: "That did not work", code: "409", text: "The token was changed in the meantime.",
                ways: back(request))
        case .lastOwner:
            return MessagePage(
                title: "That did not work", code: "409", text: "A token keeps at least one owner.", ways: back(request))
        }
    }

    /// Back to the token's page afterwards: what a form changes is below it.
    private static func freshLogin(_ request: PageRequest) -> String {
        let parts = request.path.split(separator: "/").prefix(2)
        return "/login?fresh=1&next=" + PercentEncoding.encode("/" + parts.joined(separator: "/"))
    }
}
