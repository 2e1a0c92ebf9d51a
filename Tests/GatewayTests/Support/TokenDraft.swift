import Database
import FedoraMessaging
import WebhookServices

@testable import Gateway

/// A token as tests put it into a database: what its service takes is not asked.
struct TokenDraft: Sendable {
    let service: String
    let name: String
    var scope: TokenScope?
    var eventFilter: EventFilter?
    var publishesPrivate = false
    var settings: [String: String] = [:]
    var owners: [TokenOwner] = []
    var createdBy: String?
    var secret: TokenSecret?

    func token(id: TokenID, at now: UnixTime) -> Token {
        Token(
            uuid: .random(), id: id, service: service, name: name, scope: scope, eventFilter: eventFilter,
            publishesPrivate: publishesPrivate, settings: settings, owners: owners, state: .enabled,
            createdBy: createdBy, createdAt: now, updatedAt: now, rotatedAt: nil, previousSecretExpiresAt: nil)
    }
}

// What a store does for whoever can run the program's commands; nothing comes of it for a token that is not there.
extension TokenStore {
    @discardableResult
    func create(
        _ draft: TokenDraft, by actor: TokenActor = .commandLine, limit: Int? = nil, now: UnixTime = .now()
    ) async throws -> (token: Token, secret: TokenSecret) {
        let (token, secret) = (draft.token(id: try authority.make(), at: now), try draft.secret ?? .generate())
        try await insert(token, secret: secret, by: actor, limit: limit)
        return (token, secret)
    }

    func edit(
        _ id: TokenID, _ edit: TokenEdit, by authorization: TokenAuthorization = .commandLine, now: UnixTime = .now()
    ) async throws -> Token? {
        try await found { try await service(now).edit(id, edit, by: authorization).token }
    }

    func rotate(
        _ id: TokenID, to secret: TokenSecret? = nil, grace: Duration, now: UnixTime = .now()
    ) async throws -> (token: Token, secret: TokenSecret)? {
        try await found {
            let issued = try await service(now).rotate(
                id, grace: grace, secret: secret?.reveal() ?? "", by: .commandLine)
            return (issued.view.token, issued.secret)
        }
    }

    func setState(_ id: TokenID, to state: TokenState, now: UnixTime = .now()) async throws -> Token? {
        try await found { try await service(now).setState(id, to: state, by: .commandLine).token }
    }

    func delete(
        _ id: TokenID, by authorization: TokenAuthorization = .commandLine
    ) async throws -> Bool {
        try await found { try await service(.now()).delete(id, by: authorization) } != nil
    }

    func addOwner(_ owner: TokenOwner, to id: TokenID, now: UnixTime = .now()) async throws -> Token? {
        try await found {
            try await service(now).addOwner(owner.name, kind: owner.kind, to: id, by: .commandLine).token
        }
    }

    func removeOwner(_ owner: TokenOwner, from id: TokenID, now: UnixTime = .now()) async throws -> Token? {
        try await found {
            try await service(now).removeOwner(owner.name, kind: owner.kind, from: id, by: .commandLine)?.token
        } ?? nil
    }

    /// All tokens, oldest first.
    func list(_ query: TokenQuery = .everybodys) async throws -> [Token] {
        try await service(.now()).listAll(query, by: .commandLine).tokens.map(\.token)
    }

    func service(_ now: UnixTime) -> TokenService {
        TokenService(
            store: self, services: ServiceRegistry(enabled: ["github", "gitlab"]),
            baseURL: "https://hooks.example.org", limits: TokenLimits(), clock: { now })
    }

    private func found<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch TokenServiceError.notFound {
            return nil
        } catch TokenServiceError.invalid(let error) {
            throw error
        }
    }
}

extension TokenQuery {
    /// All tokens, oldest first.
    static let everybodys = TokenQuery(reach: .all, descending: false, perPage: maximumPerPage)
}

extension TokenValidator {
    /// The token that somebody's input makes who is no administrator.
    func token(_ new: NewToken, owners: [TokenOwner] = []) throws -> Token {
        try token(
            new, id: TokenID(high: 1, low: 1), owners: owners, creator: nil, byAdministrator: false, now: .now()
        ).token
    }
}
