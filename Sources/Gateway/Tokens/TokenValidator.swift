import Cryptography
import Database
import Encodings
import FedoraMessaging
import FoundationEssentials
import WebhookServices

/// Checks what people give for tokens against what their services take: the one place for the commands, the pages and
/// programs.
public struct TokenValidator: Sendable {
    private let services: ServiceRegistry

    /// For tokens of these services.
    public init(services: ServiceRegistry) {
        self.services = services
    }

    /// Reads an id, or takes it from the end of a token's URL.
    ///
    /// - Throws: ``TokenInputError`` `id`.
    public static func id(_ text: String) throws(TokenInputError) -> TokenID {
        let last = text.split(separator: "/").last ?? ""
        guard let id = TokenID(last) else { throw .id(text) }
        return id
    }

    /// Reads a grace period: `0`, or a number with a unit as in `30m`, `24h`, `7d`.
    ///
    /// - Throws: ``TokenInputError`` `grace`.
    public static func grace(_ text: String) throws(TokenInputError) -> Duration {
        if text == "0" { return .zero }
        guard let duration = DurationText.parse(text) else { throw .grace(limit: TokenStore.maximumGrace) }
        try check(grace: duration)
        return duration
    }

    /// Reads a setting, `NAME=VALUE`.
    ///
    /// - Throws: ``TokenInputError`` `settingSyntax`.
    public static func setting(_ text: String) throws(TokenInputError) -> (name: String, value: String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw .settingSyntax(text.printable)
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    /// Reads which of everybody's tokens are to be listed, oldest first.
    ///
    /// - Throws: ``TokenInputError``.
    public func query(
        service: String? = nil, owner: String? = nil, state: TokenState? = nil, scope: String? = nil,
        tag: String? = nil
    ) throws(TokenInputError) -> TokenQuery {
        // A service that was taken out still has tokens, so any name is fine that there is a service of.
        if let service, services.known(named: service) == nil { throw unknown(service) }
        var query = TokenQuery(
            reach: .all, service: service, state: state, descending: false, perPage: TokenQuery.maximumPerPage)
        query.isCounted = false
        if let owner { query.owner = try TokenOwner(.user, name: owner) }
        if let scope { query.scope = try TokenScope(scope) }
        if let tag {
            guard let read = TokenTag(tag) else { throw .tag(tag.printable) }
            query.tag = read
        }
        return query
    }

    /// The token that somebody's input makes, and its secret: the one that was given, or one made as the service likes it.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - owners: Who may manage it.
    ///   - creator: The account of whoever makes it; `nil` for the command line.
    ///   - isAdministrator: Whether it is made by somebody who may set what only administrators can.
    /// - Throws: ``TokenInputError``, or `CryptographyError` if there is no randomness.
    func token(
        _ new: NewToken, id: TokenID, owners: [TokenOwner], creator: String?, byAdministrator isAdministrator: Bool,
        now: UnixTime
    ) throws -> (token: Token, secret: TokenSecret) {
        let own = try Self.ownSecret(new.secret)
        guard let service = services.offered(named: new.service) else { throw unknown(new.service) }
        if let own { try Self.check(own, for: service) }
        let token = Token(
            uuid: .random(), id: id, service: new.service, name: new.name, scope: try scope(new.scope, for: service),
            eventFilter: try Self.eventFilter(new.events, for: service), publishesPrivate: new.publishesPrivate,
            settings: try Self.settings(new.settings, for: service, byAdministrator: isAdministrator),
            owners: owners.reduce(into: []) { unique, owner in if !unique.contains(owner) { unique.append(owner) } },
            state: .enabled, createdBy: creator, createdAt: now, updatedAt: now, rotatedAt: nil,
            previousSecretExpiresAt: nil)
        let secret = try own ?? Self.newSecret(for: service)
        try Self.check(name: new.name)
        try Self.check(countOfOwners: token.owners.count)
        return (token, secret)
    }

    /// A token as somebody's input makes it.
    ///
    /// - Parameters:
    ///   - token: The token as it is, which nobody else changes meanwhile.
    ///   - isAdministrator: Whether it is somebody who may set what only administrators can.
    /// - Throws: ``TokenInputError``.
    func edited(
        _ token: Token, by edit: TokenEdit, byAdministrator isAdministrator: Bool
    ) throws(TokenInputError) -> Token {
        let service = services.known(named: token.service)
        var edited = token
        if let name = edit.name {
            try Self.check(name: name)
            edited.name = name
        }
        if let scope = edit.scope, scope != token.scope?.text { edited.scope = try self.scope(scope, for: service) }
        if let events = edit.events {
            edited.eventFilter = try Self.eventFilter(events, for: service, replacing: token.eventFilter)
        }
        if let isPrivate = edit.publishesPrivate { edited.publishesPrivate = isPrivate }
        let settings: [String: String]
        switch edit.settings {
        case .replacing(let given): settings = given
        case .merging(let given) where !given.isEmpty: settings = token.settings.merging(given) { $1 }
        default: return edited
        }
        if let service {
            edited.settings = try Self.settings(
                settings, for: service, present: token.settings, byAdministrator: isAdministrator)
        } else if !settings.isEmpty {
            throw unknown(token.service)
        }
        return edited
    }

    /// The secret for a rotation: a new one as the service likes it, or one's own where it can be used.
    ///
    /// - Parameter text: One's own; empty to have one made.
    /// - Throws: ``TokenInputError``, or `CryptographyError` if there is no randomness.
    func secret(_ text: String, for token: Token) throws -> TokenSecret {
        let own = try Self.ownSecret(text)
        guard let service = services.known(named: token.service) else { return try own ?? TokenSecret.generate() }
        guard service.secretOrigin != .nowhere else { throw TokenInputError.noSecret(service: service.title) }
        if let own {
            try Self.check(own, for: service)
            return own
        }
        return try Self.newSecret(for: service)
    }

    /// Checks a name.
    ///
    /// - Throws: ``TokenInputError`` `name`.
    static func check(name: String) throws(TokenInputError) {
        guard name.utf8.count <= 4 * Token.maximumNameCount, (1...Token.maximumNameCount).contains(name.count),
            !name.unicodeScalars.contains(where: \.isUnfitForNames),
            name.unicodeScalars.contains(where: \.isVisible)
        else { throw .name }
    }

    /// Checks how many owners a token is to have.
    ///
    /// - Throws: ``TokenInputError`` `tooManyOwners`.
    static func check(countOfOwners count: Int) throws(TokenInputError) {
        guard count <= Token.maximumOwners else { throw .tooManyOwners(limit: Token.maximumOwners) }
    }

    /// Checks a grace period.
    ///
    /// - Throws: ``TokenInputError`` `grace`.
    static func check(grace: Duration) throws(TokenInputError) {
        guard grace >= .zero, grace <= TokenStore.maximumGrace else { throw .grace(limit: TokenStore.maximumGrace) }
    }

    /// The error for a service that there is none of.
    private func unknown(_ service: String) -> TokenInputError {
        let names = services.offered.map(\.name)
        return .unknownService(
            service.printable, known: names, nearest: NearestName.of(service.lowercased(), among: names))
    }

    private static func ownSecret(_ text: String) throws(TokenInputError) -> TokenSecret? {
        text.isEmpty ? nil : try TokenSecret(ownText: Array(text.utf8))
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
