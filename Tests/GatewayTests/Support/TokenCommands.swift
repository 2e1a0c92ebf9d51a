import WebhookServices

@testable import Gateway

/// What the token commands ask of the service, and what they print of its answers.
struct TokenCommands: Sendable {
    let service: TokenService

    init(store: TokenStore, services: ServiceRegistry) {
        service = TokenService(
            store: store, services: services, baseURL: "https://hooks.example.org", limits: TokenLimits())
    }

    /// - Parameter secret: The content of a file.
    func create(_ new: NewToken, owners: [String] = [], secret: [UInt8]? = nil) async throws -> TokenReport {
        try await unwrapped {
            var new = new
            new.owners = owners
            if let secret { new.secret = try TokenSecret(fileContent: secret).reveal() }
            return TokenReport(try await service.create(new, by: .commandLine))
        }
    }

    func create(
        service: String, name: String, scope: String?, owners: [String], secret: [UInt8]?
    ) async throws -> TokenReport {
        try await create(NewToken(service: service, name: name, scope: scope ?? ""), owners: owners, secret: secret)
    }

    func edit(_ id: TokenID, _ edit: TokenEdit, settings: [String: String] = [:]) async throws -> TokenReport {
        var edit = edit
        edit.settings = .merging(settings)
        return try await unwrapped { TokenReport(try await service.edit(id, edit, by: .commandLine)) }
    }

    func rotate(_ id: TokenID, grace: Duration, secret: [UInt8]?) async throws -> TokenReport {
        try await unwrapped {
            let secret = try secret.map { try TokenSecret(fileContent: $0).reveal() } ?? ""
            return TokenReport(try await service.rotate(id, grace: grace, secret: secret, by: .commandLine))
        }
    }

    func setState(_ id: TokenID, to state: TokenState) async throws -> TokenReport {
        TokenReport(try await service.setState(id, to: state, by: .commandLine))
    }

    func show(_ id: TokenID) async throws -> TokenReport {
        TokenReport(try await service.token(id, by: .commandLine))
    }

    func delete(_ id: TokenID) async throws { try await service.delete(id, by: .commandLine) }

    func list(
        service name: String? = nil, owner: String? = nil, state: TokenState? = nil, scope: String? = nil
    ) async throws -> [TokenReport] {
        let query = try service.validator.query(service: name, owner: owner, state: state, scope: scope)
        return try await service.listAll(query, by: .commandLine).tokens.map { TokenReport($0) }
    }

    /// A command prints what was not accepted as it is.
    private func unwrapped<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch TokenServiceError.invalid(let error) {
            throw error
        }
    }
}
