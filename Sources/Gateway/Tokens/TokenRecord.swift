import Cryptography
import Database
import EventLoop
import FedoraMessaging
import Logging
import WebhookServices

/// The part of a token that a webhook needs, ready to use. Immutable; the cache holds it, and requests in flight keep it.
public final class TokenRecord: Sendable {
    /// The id in the URL.
    public let id: TokenID
    /// The lasting identity, for message ids.
    public let uuid: UUIDValue
    /// The public tag that messages carry; `nil` for a token that is nobody's.
    public let tag: TokenTag?
    /// The people and groups that may manage it, where messages are to say so (`messages.provenance`); else nobody.
    public let owners: [TokenOwner]
    /// The service, by its name in the URL. The route must name the same.
    public let service: String
    /// The repository or owner that it is limited to.
    public let scope: TokenScope?
    /// Which events it lets through; `nil` for all.
    public let eventFilter: EventFilter?
    /// A Boolean value that indicates whether private content is published.
    public let publishesPrivate: Bool
    /// The settings that its service asks for.
    public let settings: [String: String]
    /// A Boolean value that indicates whether its webhooks are accepted.
    public let isEnabled: Bool
    /// When it got the secrets that it has: at its last rotation, or when it was made.
    public let secretsSince: UnixTime
    /// The account whose limits its webhooks count against: whoever made it, or its first owner; `nil` if neither is known.
    public let account: String?
    private let current: [PreparedSecret]
    /// Former secrets with their ends.
    private let former: [(secret: PreparedSecret, expiresAt: UnixTime)]
    private let all: [PreparedSecret]
    /// When the first of the former secrets ends; `nil` if there are none.
    private let firstEnd: UnixTime?

    /// A record.
    ///
    /// - Parameters:
    ///   - current: The secret; `nil` if the service is not offered, in which case nothing verifies.
    ///   - previous: The secret before, and when it stops working.
    ///   - earlier: The one before that, likewise.
    public init(
        id: TokenID, uuid: UUIDValue, tag: TokenTag? = nil, owners: [TokenOwner] = [], service: String,
        scope: TokenScope?, eventFilter: EventFilter? = nil, publishesPrivate: Bool = false,
        settings: [String: String] = [:], isEnabled: Bool, account: String? = nil, current: PreparedSecret?,
        previous: (secret: PreparedSecret, expiresAt: UnixTime)? = nil,
        earlier: (secret: PreparedSecret, expiresAt: UnixTime)? = nil,
        secretsSince: UnixTime = UnixTime(milliseconds: 0)
    ) {
        self.id = id
        self.uuid = uuid
        self.tag = tag
        self.owners = owners
        self.service = service
        self.scope = scope
        self.eventFilter = eventFilter
        self.publishesPrivate = publishesPrivate
        self.settings = settings
        self.isEnabled = isEnabled
        self.secretsSince = secretsSince
        self.account = account
        self.current = current.map { [$0] } ?? []
        former = [previous, earlier].compactMap { $0 }
        all = self.current + former.map(\.secret)
        firstEnd = former.map(\.expiresAt).min()
    }

    /// The secrets that work now: the current one first, then former ones while their grace periods last, the last one
    /// first.
    ///
    /// - Parameter now: Only asked for where there is a former secret.
    public func secrets(at now: @autoclosure () -> UnixTime = .now()) -> [PreparedSecret] {
        guard let firstEnd else { return current }
        let now = now()
        return now < firstEnd ? all : current + former.filter { now < $0.expiresAt }.map(\.secret)
    }
}

extension TokenRecord {
    /// The header that says which token a message came by.
    static let tagHeader = "webhook2fedmsg_token"
    /// Owners that a message names at most.
    private static let maximumOwners = 20

    /// The headers by which messages say where they come from: the tag and, where owners are named, those and the scope.
    func origin(namingOwners: Bool) -> [(name: String, value: String)] {
        var headers = tag.map { [(name: Self.tagHeader, value: $0.description)] } ?? []
        guard namingOwners else { return headers }
        if !owners.isEmpty {
            let names = owners.prefix(Self.maximumOwners).map { $0.kind == .user ? $0.name : "group:" + $0.name }
            headers.append(("webhook2fedmsg_owner", names.joined(separator: ",")))
        }
        if let scope { headers.append(("webhook2fedmsg_scope", scope.text)) }
        return headers
    }
}

/// The source of the cache's records.
public protocol TokenRecordLoading: Sendable {
    /// The record of a token; `nil` if there is no such token. A read is for all who ask meanwhile, so it has nobody's
    /// deadline: only the database's own limits.
    func record(for id: TokenID) async throws -> TokenRecord?
}

/// Loads records from the database: opens the secrets and prepares them for the token's service.
public struct TokenRecordLoader: TokenRecordLoading {
    private let store: TokenStore
    private let service: @Sendable (String) -> (any WebhookService)?
    private let logger: Logger
    private let namesOwners: Bool
    /// The tokens whose secrets the log has a line on: once is enough.
    private let logged: Locked<ClockTable<TokenID, Bool>>

    /// Loads from `store`.
    ///
    /// - Parameters:
    ///   - entries: Tokens of which it is remembered that the log has a line on their secrets.
    ///   - namesOwners: Whether records say who owns their tokens.
    ///   - service: The service of a name, if it is offered.
    public init(
        store: TokenStore, entries: Int, logger: Logger, namesOwners: Bool = false,
        service: @escaping @Sendable (String) -> (any WebhookService)? = { ServiceRegistry.service(named: $0) }
    ) {
        self.store = store
        self.logger = logger
        self.namesOwners = namesOwners
        self.service = service
        logged = Locked(ClockTable(capacity: entries))
    }

    /// The record of a token; `nil` if there is no such token. A token of a service that is not offered has a record
    /// without secrets; a secret that its service cannot use is left out, and verifies nothing.
    ///
    /// - Throws: `DatabaseError`, ``KeyRing/Failure``.
    public func record(for id: TokenID) async throws -> TokenRecord? {
        guard let stored = try await store.stored(id) else { return nil }
        let token = stored.token
        var current: PreparedSecret?
        var former: [(secret: PreparedSecret, expiresAt: UnixTime)] = []
        if let service = service(token.service) {
            current = try self.current(of: stored, service)
            former = self.former(of: stored, service)
        }
        let owners = namesOwners ? try await store.owners(of: [token])[token.row] ?? [] : []
        return TokenRecord(
            id: id, uuid: token.uuid, tag: TokenTag(of: token, store.keys),
            owners: owners, service: token.service,
            scope: token.scope, eventFilter: token.eventFilter, publishesPrivate: token.publishesPrivate,
            settings: token.settings, isEnabled: token.state == .enabled, account: try await account(of: token),
            current: current, previous: former.first, earlier: former.dropFirst().first,
            secretsSince: token.secretsSince)
    }

    /// Whoever made the token, or, of a token of the command line, the first owner; a group is another than a person of its
    /// name.
    private func account(of token: Token) async throws -> String? {
        if let creator = token.createdBy { return creator }
        guard let owner = try await store.owners(of: [token])[token.row]?.first else { return nil }
        return owner.kind == .group ? "group:" + owner.name : owner.name
    }

    private func current(of stored: StoredToken, _ service: any WebhookService) throws -> PreparedSecret? {
        let secret = try store.keys.open(stored.secret, for: StoredToken.place(ofSecretIn: stored.token.row))
        do throws(SecretError) {
            return try service.prepare(secret: secret)
        } catch {
            guard error != .cryptography else { throw error }
            logOnce(
                "a token's secret does not fit its service any more, and verifies nothing: rotate the token, or set "
                    + "secret_encoding in [services.\(stored.token.service)] as it was", error, stored.token)
            return nil
        }
    }

    /// The former secrets that still work. Whatever is wrong with one takes nothing from the others.
    private func former(
        of stored: StoredToken, _ service: any WebhookService
    ) -> [(secret: PreparedSecret, expiresAt: UnixTime)] {
        stored.formerSecrets(at: .now()).compactMap { former in
            do {
                let secret = try store.keys.open(former.sealed, for: former.place)
                return (try service.prepare(secret: secret), former.expiresAt)
            } catch {
                logOnce(
                    "a token's previous secret cannot be used, and verifies nothing: give the sender the current one",
                    error, stored.token)
                return nil
            }
        }
    }

    /// Writes it to the log, once a token.
    private func logOnce(_ message: String, _ error: any Error, _ token: Token) {
        let isNew = logged.withLock { logged in
            guard logged.use(token.id) == nil else { return false }
            logged.set(true, for: token.id)
            return true
        }
        guard isNew else { return }
        logger.error("\(message)", metadata: ["token": "\(token.id.logged)", "error": "\(error)"])
    }
}
