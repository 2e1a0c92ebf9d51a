/// A token with a secret that it just got: the only time that it can be shown.
public struct IssuedToken: Sendable {
    /// The token.
    public let view: TokenView
    /// The secret; ``TokenSecret/reveal()`` shows it.
    public let secret: TokenSecret

    /// A token and its new secret.
    public init(view: TokenView, secret: TokenSecret) {
        self.view = view
        self.secret = secret
    }
}
