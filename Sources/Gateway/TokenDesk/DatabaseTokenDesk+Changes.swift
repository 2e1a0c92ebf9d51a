import WebhookServices

// What changes tokens.
extension DatabaseTokenDesk {
    func create(_ new: NewToken, by person: Person?) async throws(TokenDeskError) -> IssuedToken {
        try await attempt {
            let role = try Self.role(of: person, .create, owners: nil, now: clock())
            guard let person else { throw TokenDeskError.forbidden(.loggedOut) }
            let draft = try intake.draft(
                new, owners: [TokenOwner(.user, name: person.account)], creator: person.account,
                secret: Self.ownSecret(new.secret), byAdministrator: person.mayAdminister(at: clock()))
            let (token, secret) = try await store.create(
                draft, by: TokenActor(account: person.account, byAdmin: false), limit: maxPerAccount, now: clock())
            return IssuedToken(view: view(token, role, TokenActivity()), secret: secret)
        }
    }

    func edit(_ id: TokenID, _ edit: TokenEdit, by person: Person?) async throws(TokenDeskError) -> TokenView {
        try await change(id, .edit, by: person) { token, warrant in
            let mayAdminister = warrant.person.mayAdminister(at: warrant.now)
            let changes = try intake.changes(edit, of: token, byAdministrator: mayAdminister)
            var warrant = warrant
            warrant.version = edit.version
            return try await store.edit(id, changes, by: warrant, now: warrant.now)
        }
    }

    func rotate(
        _ id: TokenID, grace: Duration, secret: String, version: String?, by person: Person?
    ) async throws(TokenDeskError) -> IssuedToken {
        try await attempt {
            let (token, _) = try await open(id, .rotate, by: person)
            var warrant = try warrant(person, .rotate)
            warrant.secretsVersion = version
            let own = try intake.secret(Self.ownSecret(secret), for: token)
            guard let (rotated, made) = try await store.rotate(id, to: own, grace: grace, by: warrant, now: warrant.now)
            else { throw TokenDeskError.notFound }
            return IssuedToken(view: try await viewNow(rotated, warrant), secret: made)
        }
    }

    func setState(
        _ id: TokenID, to state: TokenState, by person: Person?
    ) async throws(TokenDeskError) -> TokenView {
        try await change(id, .setState, by: person) { _, warrant in
            try await store.setState(id, to: state, by: warrant, now: warrant.now)
        }
    }

    func delete(_ id: TokenID, by person: Person?) async throws(TokenDeskError) {
        try await attempt {
            _ = try await open(id, .delete, by: person)
            let warrant = try warrant(person, .delete)
            guard try await store.delete(id, by: warrant, now: warrant.now) else { throw TokenDeskError.notFound }
        }
    }

    func addOwner(
        _ name: String, kind: TokenOwner.Kind, to id: TokenID, by person: Person?
    ) async throws(TokenDeskError) -> TokenView {
        try await change(id, .changeOwners, by: person) { _, warrant in
            try await store.addOwner(try TokenOwner(kind, name: name), to: id, by: warrant, now: warrant.now)
        }
    }

    func removeOwner(
        _ name: String, kind: TokenOwner.Kind, from id: TokenID, by person: Person?
    ) async throws(TokenDeskError) {
        try await attempt {
            _ = try await open(id, .changeOwners, by: person)
            let warrant = try warrant(person, .changeOwners)
            let owner = try TokenOwner(kind, name: name)
            guard try await store.removeOwner(owner, from: id, by: warrant, now: warrant.now) != nil else {
                throw TokenDeskError.notFound
            }
        }
    }

    /// Changes a token, and shows it as it is then. What was entered is looked at only for who may change the token.
    private func change(
        _ id: TokenID, _ action: TokenAction, by person: Person?,
        _ body: (Token, TokenWarrant) async throws -> Token?
    ) async throws(TokenDeskError) -> TokenView {
        try await attempt {
            let (found, _) = try await open(id, action, by: person)
            let warrant = try warrant(person, action)
            guard let token = try await body(found, warrant) else { throw TokenDeskError.notFound }
            return try await viewNow(token, warrant)
        }
    }

    private func warrant(_ person: Person?, _ action: TokenAction) throws -> TokenWarrant {
        guard let person else { throw TokenDeskError.forbidden(.loggedOut) }
        return TokenWarrant(person: person, action: action, now: clock())
    }

    private func viewNow(_ token: Token, _ warrant: TokenWarrant) async throws -> TokenView {
        let role = try Self.role(of: warrant.person, warrant.action, owners: token.owners, now: warrant.now)
        return try await view(token, role)
    }

    private static func ownSecret(_ text: String) throws -> TokenSecret? {
        text.isEmpty ? nil : try TokenSecret(ownText: Array(text.utf8))
    }
}
