import Database

/// A person's right to change a token, decided when the token is locked for the change.
struct TokenWarrant: TokenAuthorizing {
    let person: Person
    let action: TokenAction
    let now: UnixTime
    /// What the person saw of its settings, where that matters.
    var version: String?
    /// What the person saw of its secrets, likewise.
    var secretsVersion: String?

    /// - Throws: ``TokenDeskError`` `notFound`, `forbidden`, `changed`.
    func actor(for token: Token) throws -> TokenActor {
        let role = try DatabaseTokenDesk.role(of: person, action, owners: token.owners, now: now)
        if let version, version != token.settingsVersion { throw TokenDeskError.changed(token) }
        if let secretsVersion, secretsVersion != token.secretsVersion { throw TokenDeskError.changed(token) }
        return TokenActor(account: person.account, byAdmin: role == .admin)
    }
}
