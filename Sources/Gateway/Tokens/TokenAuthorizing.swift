/// Says who changes a token, or that they may not; asked within the change's own transaction.
public protocol TokenAuthorizing: Sendable {
    /// Who it is.
    ///
    /// - Parameter token: The token that is about to be changed, with its owners; nobody else changes it meanwhile.
    /// - Throws: Whatever shall come of the change instead.
    func actor(for token: Token) throws -> TokenActor
}

extension TokenActor: TokenAuthorizing {
    /// This one, whatever the token.
    public func actor(for token: Token) -> TokenActor { self }
}
