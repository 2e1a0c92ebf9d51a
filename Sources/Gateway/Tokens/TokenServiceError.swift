/// Why something about a token was not done. Each has a status and words for the page.
public enum TokenServiceError: Error, Sendable, Hashable, CustomStringConvertible {
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
    /// 500: the token's row holds what this program never writes. The text names the column.
    case unreadable(String)
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
        case .unreadable: 500
        case .unavailable: 503
        }
    }

    /// The problem, for the command line and the log.
    public var description: String {
        switch self {
        case .notFound: "there is no such token"
        case .forbidden(let denial): "forbidden: \(denial.rawValue)"
        case .invalid(let error): "\(error)"
        case .changed: "the token was changed in the meantime"
        case .lastOwner: "a token needs at least one owner; add another owner first"
        case .unreadable(let problem): "the database holds a row of this token that makes no sense: \(problem)"
        case .tooMany(let text), .unavailable(let text): text
        }
    }
}
