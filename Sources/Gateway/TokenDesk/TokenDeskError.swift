/// Why something about a token was not done. Each has a status and words for the page.
public enum TokenDeskError: Error, Sendable, Hashable {
    /// 404: there is no such token, or none that the person may know of.
    case notFound
    /// 403, or for a page that nobody is logged in for, the way to the login.
    case forbidden(Authorization.Denial)
    /// 422: what was entered is not accepted; the text says what would be.
    case invalid(TokenInputError)
    /// 409: somebody changed the token since the form was made; this is how it is now.
    case changed(Token)
    /// 409: the last owner cannot be removed.
    case lastOwner
    /// 429: more tokens than one person may have, or too many test events.
    case tooMany(String)
    /// 503: the database is away. The text is for the log.
    case unavailable(String)

    /// The status of the answer.
    public var status: Int {
        switch self {
        case .notFound: 404
        case .forbidden: 403
        case .invalid: 422
        case .changed, .lastOwner: 409
        case .tooMany: 429
        case .unavailable: 503
        }
    }
}
