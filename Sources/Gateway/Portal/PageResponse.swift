import HTTPServer
import WebPages

/// The response of a page's code.
struct PageResponse: Sendable {
    /// The content.
    enum Body: Sendable {
        case page(any PageContent, PageFrame.Section)
        /// 303 to a path on this server.
        case redirect(String)
        /// JSON, already written.
        case json([UInt8])
    }

    var body: Body
    /// The status of a page or of JSON.
    var status = 200
    /// The message at the top of this page.
    var flash: Alert?
    /// A Boolean value that indicates whether the page has a form with errors.
    var hasErrors = false
    /// A Boolean value that indicates whether search engines may list it.
    var isIndexed = false
    /// Sealed cookies to set.
    var cookies: [PageCookie: [UInt8]] = [:]
    /// A Boolean value that indicates whether the browser is to forget the person: they logged out.
    var isLogout = false
    /// Sealed cookies to delete.
    var deletedCookies: Set<PageCookie> = []

    /// Returns a page.
    static func page(_ content: some PageContent, _ section: PageFrame.Section, status: Int = 200) -> PageResponse {
        PageResponse(body: .page(content, section), status: status, hasErrors: status == 422)
    }

    /// Returns a redirect to another page, with a message for its top.
    static func redirect(_ path: String, _ kind: Alert.Kind = .success, _ text: String) -> PageResponse {
        PageResponse(body: .redirect(path), cookies: [.flash: Alert(kind: kind, text: text).cookie])
    }
}

/// The reason why a request for a page fails.
enum PageFailure: Error, Sendable {
    /// 404.
    case notFound
    /// 405: there is a page or a form here, and nothing for this method.
    case methodNotAllowed
    /// Nobody is logged in.
    case loggedOut
    /// 403: the form came from another site, or from a page of another session.
    case forged
    /// An error of the token service.
    case service(TokenServiceError)
    /// An error of the server: the body did not come, the database is away.
    case http(HTTPError)

    init(_ error: TokenServiceError) {
        switch error {
        case .notFound: self = .notFound
        case .forbidden(.loggedOut): self = .loggedOut
        default: self = .service(error)
        }
    }
}

/// Calls the token service or the database, and throws their errors as those of pages.
func attempt<Value>(_ call: () async throws -> Value) async throws(PageFailure) -> Value {
    do {
        return try await call()
    } catch let error as TokenServiceError {
        throw PageFailure(error)
    } catch {
        throw .service(.unavailable("\(error)"))
    }
}

extension Alert {
    /// The value of a cookie: the kind, a blank, the text.
    var cookie: [UInt8] {
        // Cookies have 4 KiB, and this one is no place for more than a sentence.
        Array("\(kind.rawValue) \(text.prefix(300))".utf8)
    }

    /// Reads the value of a cookie; `nil` if it is none.
    init?(cookie bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
        self.init(kind: kind, text: String(parts[1]))
    }
}
