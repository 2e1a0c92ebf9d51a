import Database
import Encodings
import HTTPServer

/// A request for a page, taken apart: all that a page's code may know of it.
struct PageRequest: Sendable {
    /// The person who asks; `nil` if nobody is logged in.
    var visitor: Visitor?
    /// The path, still percent-encoded.
    var path = "/"
    /// The value in the path where the route has a name.
    var parameters: [String: String] = [:]
    /// The query.
    var query = QueryItems()
    /// The form of a POST, its CSRF token already checked.
    var form: @Sendable (String) -> String? = { _ in nil }
    /// Returns the content of a sealed cookie.
    var note: @Sendable (SealedNote) -> [UInt8]? = { _ in nil }
    /// The page with the form that was sent, where a POST comes to nothing.
    var formPage: String?
    /// Returns the content of this page's form before the login ended.
    var draft: Draft?
    /// The name of the request in the log.
    var requestID = ""
    /// When it came.
    var now = UnixTime.now()

    /// A field of the form without blanks around it; empty if it is not there.
    func field(_ name: String) -> String {
        (form(name) ?? "").trimmed
    }

    /// The id of the token that the path names.
    ///
    /// - Throws: `notFound` for what is none.
    func tokenID() throws(PageFailure) -> TokenID {
        guard let id = parameters["id"].flatMap({ TokenID($0) }) else { throw .notFound }
        return id
    }

    /// The person who asks, where the route lets nobody else come this far.
    func person() throws(PageFailure) -> Person {
        guard let visitor else { throw .login }
        return visitor.person
    }
}
