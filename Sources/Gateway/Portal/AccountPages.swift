import Encodings
import WebPages

/// `/account`.
struct AccountPage: PageContent {
    static let template = "account"

    var title: String { "Your account" }

    var account: String
    var displayName: String?
    /// A Boolean value that indicates whether the person is an administrator.
    var isAdmin: Bool
    var groups: [String]
    /// The note below the groups.
    var groupsNote: String
    var sessions: [SessionRow]
}

/// A session in a list.
struct SessionRow: Sendable {
    /// The name that the form sends to end it.
    var id: String
    /// The browser's name for itself.
    var browser: String
    /// When it began.
    var started: Moment
    /// When it was last used.
    var used: Moment
    /// When it ends.
    var ends: Moment
    /// A Boolean value that indicates whether it is the one that shows the page.
    var isThis: Bool
}

/// `/account`.
struct AccountPages: Sendable {
    let portal: Portal

    func show(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let session = try request.loggedIn()
        let sessions = try await attempt { try await portal.accounts.store.list(of: session.account) }
        return .page(
            AccountPage(
                account: session.account, displayName: session.displayName, isAdmin: session.isAdmin,
                groups: session.groups, groupsNote: Self.groupsNote(session),
                sessions: sessions.map { record in
                    SessionRow(
                        id: record.handle, browser: BrowserName.text(record.userAgent),
                        started: Moment(record.createdAt), used: Moment(record.seenAt),
                        ends: Moment(record.expiresAt), isThis: record.handle == session.handle)
                }),
            .account)
    }

    func endSession(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let session = try request.loggedIn()
        let id = request.field("session")
        guard !id.isEmpty, id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .notFound }
        _ = try await attempt { try await portal.accounts.store.end(handle: id, of: session.account) }
        return .redirect("/account", .success, "Session logged out.")
    }

    func logOutEverywhere(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let session = try request.loggedIn()
        try await attempt { try await portal.accounts.store.endAll(of: session.account) }
        var answer = PageResponse.redirect("/", .success, "You’re logged out everywhere.")
        answer.isLogout = true
        return answer
    }

    private static func groupsNote(_ session: Session) -> String {
        if session.rightsAreStale {
            return "Your groups can’t be loaded right now. Until they can, you only see tokens that you own yourself."
        }
        return "You can also manage tokens owned by these groups."
    }
}

/// The readable name of a browser, for the list of sessions. A guess that is only shown.
enum BrowserName {
    static func text(_ userAgent: String?) -> String {
        guard let userAgent, !userAgent.isEmpty else { return "Unknown browser" }
        let browsers = [
            ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chromium/", "Chromium"),
            ("HeadlessChrome/", "Chromium"), ("Chrome/", "Chrome"), ("Epiphany/", "GNOME Web"), ("Safari/", "Safari"),
            ("curl/", "curl"),
        ]
        let systems = [
            ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("Fedora", "Fedora Linux"), ("Linux", "Linux"),
        ]
        guard let browser = browsers.first(where: { userAgent.contains($0.0) })?.1 else {
            return userAgent.printable
        }
        guard let system = systems.first(where: { userAgent.contains($0.0) })?.1 else { return browser }
        return "\(browser) on \(system)"
    }
}
