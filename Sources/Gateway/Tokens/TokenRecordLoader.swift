import Cryptography
import Database
import EventLoop
import FoundationEssentials
import Logging
import WebhookServices

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
    /// Whose secrets were complained of: once is enough.
    private let noted: Locked<ClockTable<TokenID, Bool>>

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
        noted = Locked(ClockTable(capacity: entries))
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
            id: id, uuid: withUnsafeBytes(of: token.uuid.uuid) { Array($0) }, tag: TokenTag(of: token, store.keys),
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
            note(
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
                note(
                    "a token's previous secret cannot be used, and verifies nothing: give the sender the current one",
                    error, stored.token)
                return nil
            }
        }
    }

    /// Writes it to the log, once a token.
    private func note(_ message: String, _ error: any Error, _ token: Token) {
        let isNew = noted.withLock { noted in
            guard noted.use(token.id) == nil else { return false }
            noted.set(true, for: token.id)
            return true
        }
        guard isNew else { return }
        logger.error("\(message)", metadata: ["token": "\(token.id.logged)", "error": "\(error)"])
    }
}
