/// The cache's knowledge of an id.
public enum CachedToken: Sendable {
    /// The token.
    case token(TokenRecord)
    /// There is no token with this id.
    case absent
}
