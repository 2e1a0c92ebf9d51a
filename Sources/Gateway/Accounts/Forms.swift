import Cryptography
import Encodings
import HTTPServer
import OIDC

/// The fields of a form or a query, bounded in number and size.
struct FormFields: Sendable, Hashable {
    /// The maximum number of fields.
    static let maximumCount = 64
    /// The maximum size of a form, in bytes.
    static let maximumSize = 64 * 1024

    private struct Field: Sendable, Hashable {
        let name: String
        let value: String
    }

    private let fields: [Field]

    /// Reads `application/x-www-form-urlencoded`; `nil` if it is none, or too large.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.maximumSize, let decoded = FormDecoder.decode(bytes, limit: Self.maximumCount) else {
            return nil
        }
        fields = decoded.map { Field(name: $0.name, value: $0.value) }
    }

    init(_ items: [(name: String, value: String)] = []) {
        fields = items.map { Field(name: $0.name, value: $0.value) }
    }

    /// All fields, in order.
    var items: [(name: String, value: String)] { fields.map { ($0.name, $0.value) } }

    /// The value of the first field of that name.
    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The values of all fields of that name, in order.
    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
}

/// The reason why a form is not taken, in words for people: 403.
enum FormRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// Nobody is logged in any more.
    case loggedOut
    /// The form's token is missing or another session's, or a page of another site sent it.
    case forged
    /// It is no form.
    case malformed

    /// A sentence for the page.
    var description: String {
        switch self {
        case .loggedOut: "You’re no longer logged in, so nothing was changed. Log in and try again."
        case .forged: "Your session changed, so nothing was saved. Go back, reload the page, and try again."
        case .malformed: "The form couldn’t be read. Nothing was changed."
        }
    }
}

extension Accounts {
    /// The time that the form of somebody without a session may take: browsers send it with the head, or right after
    /// it.
    private static let strangersTime = Duration.seconds(2)

    /// Reads a form, and checks that a page of this session sent it.
    /// - Throws: ``FormRefusal``, or `HTTPError` where the body cannot be read.
    func form(of exchange: HTTPExchange, in context: SessionContext) async throws -> FormFields {
        guard let session = context.session else { throw FormRefusal.loggedOut }
        let body = try await exchange.readBody(limit: FormFields.maximumSize)
        guard RequestOrigin.isOurs(exchange.head, origins: origins(for: exchange)) else { throw FormRefusal.forged }
        let type = exchange.head.first("content-type").map { String(decoding: $0, as: UTF8.self).lowercased() } ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded"), let form = FormFields(body) else {
            throw FormRefusal.malformed
        }
        let token = form.all("csrf")
        guard token.count == 1, constantTimeEqual(Array(token[0].utf8), Array(session.csrfToken.utf8)) else {
            throw FormRefusal.forged
        }
        return form
    }

    /// Returns the fields of a form before anything of it is checked: for showing it again to whoever sent it. Nothing,
    /// unless the browser says that a page of ours sent it, or it carries the token of the session that the browser
    /// has, or had.
    ///
    /// A form that is not read yet is from somebody without a session, who gets no more than a moment for it.
    func uncheckedForm(of exchange: HTTPExchange) async -> FormFields? {
        let body = try? await exchange.readBody(limit: FormFields.maximumSize, until: .now + Self.strangersTime)
        guard let body, let form = FormFields(body) else { return nil }
        let origins = origins(for: exchange)
        if RequestOrigin.isCertainlyOurs(exchange.head, origins: origins) { return form }
        guard RequestOrigin.isOurs(exchange.head, origins: origins),
            let id = policy.value(of: Self.cookieName, in: exchange.head).flatMap({ SessionID(cookie: $0, keys: keys) }
            ),
            let token = try? id.csrfToken(), let given = form["csrf"],
            constantTimeEqual(Array(given.utf8), Array(token.utf8))
        else { return nil }
        return form
    }

    /// The origins that our pages have: that of the base URL, and on this machine, without TLS, the name that the
    /// browser used.
    func origins(for exchange: HTTPExchange) -> [String] {
        guard isLoopback, !policy.isSecure, let authority = exchange.head.authority,
            LoopbackHost.isLoopback(authority: authority)
        else { return [baseURL] }
        return [baseURL, "http://" + String(decoding: authority, as: UTF8.self).lowercased()]
    }
}

/// The check that a request that changes something was sent by a page of ours, as far as the browser says. The forms'
/// tokens are what counts; this is a second lock.
enum RequestOrigin {
    /// - Parameter origins: ours, as `https://host[:port]`.
    ///
    /// `Origin: null` is what browsers send with forms of pages without referrer, as ours are; `Sec-Fetch-Site` decides
    /// then. Without both (no browser of today), the token alone decides.
    static func isOurs(_ head: RequestHead, origins: [String]) -> Bool {
        let site = text(head.values("sec-fetch-site"))
        if let site, site != "same-origin" { return false }
        guard let origin = text(head.values("origin")), origin != "null" else { return true }
        return origins.contains(origin.lowercased())
    }

    /// Returns a Boolean value that indicates whether the browser says that a page of ours sent it: without a word of
    /// it, nothing that came is shown again.
    static func isCertainlyOurs(_ head: RequestHead, origins: [String]) -> Bool {
        guard isOurs(head, origins: origins) else { return false }
        if text(head.values("sec-fetch-site")) == "same-origin" { return true }
        return text(head.values("origin")).map { origins.contains($0.lowercased()) } ?? false
    }

    private static func text(_ values: [ArraySlice<UInt8>]) -> String? {
        guard let first = values.first else { return nil }
        return values.count == 1 ? String(decoding: first, as: UTF8.self) : ""
    }
}
