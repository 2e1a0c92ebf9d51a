import Database
import Encodings
import WebhookServices

/// What the commands do with tokens, apart from reading arguments and printing.
public struct TokenAdministration: Sendable {
    private let store: TokenStore
    private let baseURL: String
    private let services: ServiceRegistry
    private let intake: TokenIntake

    /// - Parameters:
    ///   - store: The tokens.
    ///   - baseURL: What URLs begin with, without a slash at the end.
    ///   - services: The services offered.
    public init(store: TokenStore, baseURL: String, services: ServiceRegistry) {
        self.store = store
        self.baseURL = baseURL
        self.services = services
        intake = TokenIntake(services: services)
    }

    /// Over an open workspace, with the URL and the services of a configuration.
    public init(_ workspace: Workspace, _ configuration: Configuration) {
        self.init(
            store: workspace.tokens, baseURL: configuration.server.baseURL, services: configuration.services.registry)
    }

    /// Reads an id, or takes it from the end of a token's URL.
    ///
    /// - Throws: ``TokenAdministrationError`` `malformedID`.
    public static func parseID(_ text: String) throws(TokenAdministrationError) -> TokenID {
        let last = text.split(separator: "/").last ?? ""
        guard let id = TokenID(last) else { throw .malformedID(text) }
        return id
    }

    /// Reads a grace period: `0`, or a number with a unit as in `30m`, `24h`, `7d`.
    ///
    /// - Throws: ``TokenInputError``.
    public static func parseGrace(_ text: String) throws(TokenInputError) -> Duration {
        if text == "0" { return .zero }
        guard let duration = DurationText.parse(text), duration <= TokenStore.maximumGrace else {
            throw .grace(limit: TokenStore.maximumGrace)
        }
        return duration
    }

    /// Reads a setting, `NAME=VALUE`.
    ///
    /// - Throws: ``TokenInputError`` `settingSyntax`.
    public static func parseSetting(_ text: String) throws(TokenInputError) -> (name: String, value: String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw .settingSyntax(text.printable)
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - new: What it shall be; its own secret is not looked at.
    ///   - owners: Fedora account names.
    ///   - secret: The content of a file with a secret of one's own; `nil` to have one made.
    ///   - deliver: Is given the token with its secret before it is there for good; what it throws makes no token.
    /// - Returns: The token, with its secret.
    /// - Throws: ``TokenInputError``, `DatabaseError`, what `deliver` throws.
    @discardableResult
    public func create(
        _ new: NewToken, owners: [String] = [], secret: [UInt8]? = nil,
        deliver: @escaping @Sendable (TokenReport) throws -> Void = { _ in }
    ) async throws -> TokenReport {
        var draft = try intake.draft(
            new, owners: owners.map { try TokenOwner(.user, name: $0) }, creator: nil,
            secret: secret.map(TokenSecret.init(fileContent:)), byAdministrator: true)
        let made = try draft.secret ?? TokenSecret.generate()
        draft.secret = made
        let (token, _) = try await delivering(made, to: deliver).create(draft)
        return report(token, made)
    }

    /// Changes parts of a token.
    ///
    /// - Parameters:
    ///   - edit: What is to be changed, without the settings.
    ///   - settings: Settings to be set; one with an empty value is taken away.
    /// - Throws: ``TokenAdministrationError``, ``TokenInputError``, `DatabaseError`.
    public func edit(_ id: TokenID, _ edit: TokenEdit, settings: [String: String] = [:]) async throws -> TokenReport {
        guard let token = try await store.find(id) else { throw TokenAdministrationError.notFound(id) }
        var edit = edit
        if !settings.isEmpty { edit.settings = token.settings.merging(settings) { $1 } }
        guard let changed = try await store.edit(id, try intake.changes(edit, of: token, byAdministrator: true))
        else {
            throw TokenAdministrationError.notFound(id)
        }
        return report(changed)
    }

    /// All tokens that match, oldest first.
    ///
    /// - Throws: ``TokenInputError``, `DatabaseError`.
    public func list(
        service: String? = nil, owner: String? = nil, state: TokenState? = nil, scope: String? = nil,
        tag: String? = nil
    ) async throws -> [TokenReport] {
        // A service that was taken out still has tokens, so any name is fine that there is a service of.
        if let service, services.known(named: service) == nil { throw intake.unknown(service) }
        var listing = TokenListing(
            service: service, owner: try owner.map { try TokenOwner(.user, name: $0) }, state: state,
            scope: try scope.map { try TokenScope($0) })
        let wanted = try tag.map { text throws(TokenInputError) in
            guard let tag = TokenTag(text) else { throw TokenInputError.tag(text.printable) }
            return tag
        }
        var reports: [TokenReport] = []
        while true {
            let page = try await store.page(listing)
            reports += page.tokens.map { report($0) }.filter { wanted == nil || $0.messageTag == wanted }
            guard let next = page.next else { return reports }
            listing.after = next
        }
    }

    /// What was done with the token whose messages carry a tag, newest first, a line each: it may have been deleted.
    /// Nothing if the history has nothing of it.
    ///
    /// - Throws: ``TokenInputError``, `DatabaseError`.
    public func history(ofTag text: String) async throws -> [String] {
        guard let tag = TokenTag(text) else { throw TokenInputError.tag(text.printable) }
        return try await store.history(of: tag, limit: 100).map { entry in
            let detail = entry.detail.isEmpty ? "" : " (\(entry.detail.printable))"
            let actor = entry.actor.map { " by \($0.printable)" } ?? " by the command line"
            return "\(entry.at) \(entry.token) \"\(entry.tokenName.printable)\" \(entry.event.words)\(actor)\(detail)"
        }
    }

    /// One token.
    ///
    /// - Throws: ``TokenAdministrationError`` `notFound`, `DatabaseError`.
    public func show(_ id: TokenID) async throws -> TokenReport {
        guard let token = try await store.find(id) else { throw TokenAdministrationError.notFound(id) }
        return report(token)
    }

    /// Gives a token a new secret.
    ///
    /// - Parameters:
    ///   - secret: The content of a file with a secret of one's own; `nil` to have one made.
    ///   - deliver: Is given the token with its new secret before that is in force; what it throws leaves the old one.
    /// - Returns: The token, with its new secret.
    /// - Throws: ``TokenAdministrationError``, ``TokenInputError``, `DatabaseError`, what `deliver` throws.
    @discardableResult
    public func rotate(
        _ id: TokenID, grace: Duration, secret: [UInt8]?,
        deliver: @escaping @Sendable (TokenReport) throws -> Void = { _ in }
    ) async throws -> TokenReport {
        let own = try secret.map(TokenSecret.init(fileContent:))
        guard let found = try await store.find(id) else { throw TokenAdministrationError.notFound(id) }
        let made = try intake.secret(own, for: found) ?? TokenSecret.generate()
        guard let (token, _) = try await delivering(made, to: deliver).rotate(id, to: made, grace: grace) else {
            throw TokenAdministrationError.notFound(id)
        }
        return report(token, made)
    }

    /// The store, which tells a secret within the transaction that makes it: a secret that nobody could be told is of no
    /// use, and must not take another's place.
    private func delivering(
        _ secret: TokenSecret, to deliver: @escaping @Sendable (TokenReport) throws -> Void
    ) -> TokenStore {
        store.adding(SecretDelivery(store: store) { try deliver(report($0, secret)) })
    }

    /// Enables or disables a token.
    ///
    /// - Throws: ``TokenAdministrationError``, `DatabaseError`.
    public func setState(_ id: TokenID, to state: TokenState) async throws -> TokenReport {
        guard let token = try await store.setState(id, to: state) else { throw TokenAdministrationError.notFound(id) }
        return report(token)
    }

    /// Deletes a token for good.
    ///
    /// - Throws: ``TokenAdministrationError``, `DatabaseError`.
    public func delete(_ id: TokenID) async throws {
        guard try await store.delete(id) else { throw TokenAdministrationError.notFound(id) }
    }

    private func report(_ token: Token, _ secret: TokenSecret? = nil) -> TokenReport {
        TokenReport(
            token: token, url: "\(baseURL)/\(token.service)/\(token.id)",
            serviceTitle: services.known(named: token.service)?.title ?? token.service,
            messageTag: TokenTag(of: token, store.keys),
            takesSecret: services.known(named: token.service)?.secretOrigin != .nowhere, secret: secret)
    }
}

/// Tells what a change made of a token, as the last step before it is there for good.
private struct SecretDelivery: TokenChangeHook {
    let store: TokenStore
    let deliver: @Sendable (Token) throws -> Void

    func tokenChanges(_ change: TokenChange, on connection: any DatabaseConnection) async throws {
        guard let token = try await store.locked(change.id, on: connection)?.token else { return }
        try deliver(token)
    }
}
