/// A person's right to change a token, decided when the token is locked for the change.
struct TokenWarrant: TokenAuthorizing {
    let person: Person
    let action: TokenAction
    let now: UnixTime

    /// - Throws: ``TokenDeskError`` `notFound`, `forbidden`.
    func actor(for token: Token) throws -> TokenActor {
        let role = try DatabaseTokenDesk.role(of: person, action, owners: token.owners, now: now)
        return TokenActor(account: person.account, byAdmin: role == .admin)
    }
}
