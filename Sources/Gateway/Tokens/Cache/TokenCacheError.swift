/// Why the cache cannot tell whether there is such a token. None means that there is none: the answer is 503.
public enum TokenCacheError: Error, Hashable, CustomStringConvertible {
    /// As many requests wait for tokens to be read as may.
    case overloaded
    /// The token was changed again and again while it was read.
    case changing
    /// The time that the request had was over before the token was read.
    case timedOut

    /// The failure, for a log.
    public var description: String {
        switch self {
        case .overloaded: "too many requests wait for tokens to be read from the database"
        case .changing: "the token was changed while it was read"
        case .timedOut: "the token was not read in the time that the request had"
        }
    }
}
