import Database
import HTTPServer

/// The part of logins that pages need: who asks, whether a form is genuine, and the sealed cookies.
protocol PageAccounts: Sendable {
    /// Returns the sender of this request.
    func visit(_ exchange: HTTPExchange) async throws(PageFailure) -> PageVisit

    /// The fields of a POST's form, its CSRF token checked.
    func form(of exchange: HTTPExchange, in visit: PageVisit) async throws(PageFailure) -> FormFields

    /// Returns the fields of a form that a page of ours sent, whoever is logged in now; for showing it again.
    func typed(in exchange: HTTPExchange) async -> FormFields?

    /// 303 to the login, and from there back to this address.
    ///
    /// - Parameter isFresh: Whether a login that is there already is not enough.
    func login(from exchange: HTTPExchange, isFresh: Bool) -> ServerResponse

    /// Returns the content of a sealed cookie of the request.
    func read(_ note: SealedNote, of exchange: HTTPExchange) -> [UInt8]?
    /// The field that sets a sealed cookie; `nil` if there is no randomness to seal it with.
    func field(setting note: SealedNote, to bytes: [UInt8]) -> ServerResponse.Field?
    /// The field that takes a sealed cookie away.
    func field(clearing note: SealedNote) -> ServerResponse.Field

    /// The fields of an answer to a logout.
    func goodbye(to exchange: HTTPExchange) -> [ServerResponse.Field]

    /// The sessions of whoever asks, newest first.
    func sessions(of visitor: Visitor) async throws(PageFailure) -> [PageSession]
    /// Ends one of them; one that is not theirs stays.
    func endSession(_ id: String, of visitor: Visitor) async throws(PageFailure)
    /// Ends all of them.
    func endAllSessions(of visitor: Visitor) async throws(PageFailure)
}

/// The sender of a request.
struct PageVisit: Sendable {
    /// `nil` if nobody is logged in.
    let visitor: Visitor?
    /// Fields for the answer, whatever it is.
    var fields: [ServerResponse.Field] = []
}

/// A session in a list.
struct PageSession: Sendable {
    let id: String
    let userAgent: String?
    let createdAt: UnixTime
    let lastSeenAt: UnixTime
    let expiresAt: UnixTime
    let isCurrent: Bool
}
