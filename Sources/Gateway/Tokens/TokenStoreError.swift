/// Why a token is not changed, though the database is well.
public enum TokenStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// It would have no owner any more.
    case lastOwner
    /// The account has made as many as it may.
    case tooMany(limit: Int)

    /// What is wrong.
    public var description: String {
        switch self {
        case .lastOwner: "a token needs at least one owner; add another owner first"
        case .tooMany(let limit): "this account has reached its limit of \(limit) tokens"
        }
    }
}
