import Encodings
import HTTPServer
import Logging
import WebPages
import WebhookServices

/// The pages for people: the parts that their handlers work with.
struct Portal: Sendable {
    let renderer: PageRenderer
    let accounts: Accounts
    let tokens: TokenService
    let users: any UserDirectory
    let services: ServiceRegistry
    /// Makes the messages that pages show.
    let messages: MessageRenderer
    /// Remembers which forms were sent.
    let forms: FormLedger
    let settings: PortalSettings
    let logger: Logger

    // MARK: Frames

    /// Returns the frame around the content of a page.
    func frame(for request: PageRequest, _ section: PageFrame.Section, flash: Alert? = nil) -> PageFrame {
        var frame = frame(for: request.session)
        if request.session != nil { frame.once = FormSubmission.newKey() }
        frame.flash = flash
        frame.section = section
        frame.loginURL = settings.canLogIn ? loginURL(backTo: request) : nil
        return frame
    }

    /// Returns the frame around a page about logging in or out, which leads to no login itself.
    func frame(for session: Session?) -> PageFrame {
        PageFrame(
            viewer: session.map { Viewer(name: $0.account, isAdmin: $0.isAdmin) }, csrf: session?.csrfToken ?? "",
            isDevelopment: settings.isDevelopmentLogin, version: settings.version, links: settings.links)
    }

    private func loginURL(backTo request: PageRequest) -> String {
        let address = request.formPage ?? request.path + request.query.text
        return address == "/" ? "/login" : "/login?next=\(PercentEncoding.encode(address))"
    }

    // MARK: Responses

    /// Returns a page.
    func page(_ content: some PageContent, in frame: PageFrame, status: HTTPStatus = .ok) -> ServerResponse {
        do {
            let bytes = try renderer.render(content, in: frame)
            return secured(ServerResponse(status, contentType: "text/html; charset=utf-8", body: bytes))
        } catch {
            logger.throttled(.error, "a page cannot be made", metadata: ["error": "\(error)"])
            return secured(.text(.internalServerError, "This page can’t be shown because of an internal error.\n"))
        }
    }

    /// Returns a page about logging in or out.
    func page(
        _ content: some PageContent, status: HTTPStatus = .ok, for context: SessionContext? = nil,
        fields: [ServerResponse.Field] = []
    ) -> ServerResponse {
        var response = page(content, in: frame(for: context?.session), status: status)
        response.headers += (context?.responseFields ?? []) + fields
        return response
    }

    /// Returns a redirect (303), to be followed by a GET.
    func redirect(to location: String, fields: [ServerResponse.Field] = []) -> ServerResponse {
        secured(ServerResponse(HTTPStatus(303), headers: [.init("Location", location)] + fields))
    }

    /// Adds what all responses have: they are not cached, framed or sniffed, and send no referrer.
    func secured(_ response: ServerResponse) -> ServerResponse {
        var response = response
        let known = Set(response.headers.map { $0.name.lowercased() })
        let fields = SecurityHeaders.fields(isSecure: settings.isSecure) + [SecurityHeaders.noStore]
        response.headers += fields.filter { !known.contains($0.name.lowercased()) }
        return response
    }
}

/// The settings of the pages.
struct PageSettings: Sendable {
    /// The address at which a message can be looked up; `{id}` stands for its id. Empty for no links.
    var messageURL = "https://apps.fedoraproject.org/datagrepper/v2/id?id={id}"
    /// The address of help for people; `nil` for no link.
    var helpURL: String?
    /// The address of the program's source; `nil` for no link.
    var sourceURL: String?
    /// The number of tokens or people on a page of a list.
    var listLength = 25
    /// The number of history entries on a page.
    var historyLength = 25
}

/// The pages' knowledge of the server that they are of.
struct PortalSettings: Sendable {
    /// The server's address from outside, without a slash at its end.
    var baseURL: String
    /// The server's version.
    var version: String
    /// The address at which a message can be looked up, with `{id}`; empty for nowhere.
    var messageURL = ""
    /// Links at the bottom.
    var links: [PageLink] = []
    /// The settings of the pages.
    var pages = PageSettings()
    /// A Boolean value that indicates whether there is a way to log in.
    var canLogIn = true
    /// A Boolean value that indicates whether anybody can log in as anyone.
    var isDevelopmentLogin = false
    /// The versions that the administration shows.
    var versions: [LabelledValue] = []

    /// A Boolean value that indicates whether people reach the server by https.
    var isSecure: Bool { baseURL.hasPrefix("https://") }

    /// Returns the address of a message; `nil` if there is none.
    func url(ofMessage id: String) -> String? {
        messageURL.isEmpty ? nil : messageURL.replacing("{id}", with: PercentEncoding.encode(id))
    }
}
