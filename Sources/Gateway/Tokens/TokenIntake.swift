import Cryptography
import Encodings
import FedoraMessaging
import WebhookServices

/// Checks what people give for tokens against what their services take: the one place for the commands and the pages.
public struct TokenIntake: Sendable {
    private let services: ServiceRegistry

    /// For tokens of these services.
    public init(services: ServiceRegistry) {
        self.services = services
    }

    /// A draft of what someone gave for a new token.
    ///
    /// - Parameters:
    ///   - owners: Who may manage it.
    ///   - creator: The account of whoever makes it; `nil` for the command line.
    ///   - secret: One of one's own; `nil` to have one made as the service likes it.
    ///   - isAdministrator: Whether it is made by somebody who may set what only administrators can.
    /// - Throws: ``TokenInputError``, or `CryptographyError` if there is no randomness.
    public func draft(
        _ new: NewToken, owners: [TokenOwner], creator: String?, secret: TokenSecret?,
        byAdministrator isAdministrator: Bool = false
    ) throws -> TokenDraft {
        guard let service = services.offered(named: new.service) else { throw unknown(new.service) }
        if let secret { try Self.check(secret, for: service) }
        return try TokenDraft(
            service: new.service, name: new.name, scope: scope(new.scope, for: service),
            eventFilter: Self.eventFilter(new.events, for: service), publishesPrivate: new.publishesPrivate,
            settings: Self.settings(new.settings, for: service, byAdministrator: isAdministrator), owners: owners,
            createdBy: creator,
            secret: secret ?? Self.newSecret(for: service))
    }

    /// What someone wants changed.
    ///
    /// - Parameter isAdministrator: Whether it is somebody who may set what only administrators can.
    /// - Throws: ``TokenInputError``.
    public func changes(
        _ edit: TokenEdit, of token: Token, byAdministrator isAdministrator: Bool = false
    ) throws(TokenInputError) -> TokenChanges {
        var changes = TokenChanges()
        if let name = edit.name {
            try TokenDraft.checkName(name)
            changes.name = name
        }
        if let scope = edit.scope, scope != token.scope?.text {
            changes.scope = .some(try self.scope(scope, for: services.known(named: token.service)))
        }
        if let events = edit.events {
            changes.eventFilter = .some(
                try Self.eventFilter(events, for: services.known(named: token.service), replacing: token.eventFilter))
        }
        changes.publishesPrivate = edit.publishesPrivate
        if let settings = edit.settings {
            guard let service = services.known(named: token.service) else { throw unknown(token.service) }
            changes.settings = try Self.settings(
                settings, for: service, present: token.settings, byAdministrator: isAdministrator)
            if !isAdministrator { changes.keptSettings = service.settings.filter(\.isAdministrative).map(\.key) }
        }
        return changes
    }

    /// The secret for a rotation: a new one as the service likes it, or one's own where it can be used.
    ///
    /// - Throws: ``TokenInputError``, or `CryptographyError` if there is no randomness.
    public func secret(_ own: TokenSecret?, for token: Token) throws -> TokenSecret? {
        guard let service = services.known(named: token.service) else { return own }
        guard service.secretOrigin != .nowhere else { throw TokenInputError.noSecret(service: service.title) }
        if let own {
            try Self.check(own, for: service)
            return own
        }
        return try Self.newSecret(for: service)
    }

    /// The error for a service that there is none of.
    func unknown(_ service: String) -> TokenInputError {
        let names = services.offered.map(\.name)
        return .unknownService(
            service.printable, known: names, nearest: NearestName.of(service.lowercased(), among: names))
    }

    private static func newSecret(for service: any WebhookService) throws -> TokenSecret {
        // What only the service can make is not made here: such a token would verify nothing.
        guard service.secretOrigin != .there else { throw TokenInputError.secretIsMadeThere(service: service.title) }
        return TokenSecret(stored: Array(service.secret(from: try SecureRandom.bytes(32)).utf8))
    }

    /// The scope that somebody typed, or pasted as an address of the service.
    private func scope(
        _ text: String, for service: (any WebhookService)?
    ) throws(TokenInputError) -> TokenScope? {
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        guard let service else { return try TokenScope(text) }
        guard service.namesRepositories else { throw .scopeUnusable(service: service.title) }
        guard let reading = service.repositoryNames.read(text) else {
            throw .scopeParts(service: service.title, limit: service.repositoryNames.maximumParts ?? 0)
        }
        if let host = reading.host, !service.repositoryNames.hosts.contains(host),
            let other = services.known.first(where: { $0.repositoryNames.hosts.contains(host) })
        {
            throw .scopeOfAnotherService(other.title, service: service.title)
        }
        return try TokenScope(reading.name)
    }

    /// - Parameter former: The filter so far, which stays as good as it was.
    private static func eventFilter(
        _ text: String, for service: (any WebhookService)?, replacing former: EventFilter? = nil
    ) throws(TokenInputError) -> EventFilter? {
        guard text.contains(where: { !$0.isWhitespace && $0 != "," }) else { return nil }
        do {
            let filter = try EventFilter(text: text)
            if let table = service?.eventTable, filter != former {
                try filter.check(against: table) { NearestName.of($0, among: $1) }
            }
            return filter
        } catch {
            throw .events(error)
        }
    }

    private static func settings(
        _ given: [String: String], for service: any WebhookService, present: [String: String] = [:],
        byAdministrator isAdministrator: Bool
    ) throws(TokenInputError) -> [String: String] {
        do {
            return try service.checkSettings(given, present: present, byAdministrator: isAdministrator)
        } catch {
            throw .setting(error)
        }
    }

    private static func check(_ secret: TokenSecret, for service: any WebhookService) throws(TokenInputError) {
        do {
            _ = try service.prepare(secret: secret.bytes)
        } catch {
            throw .secretUnusable("\(error)")
        }
    }
}
