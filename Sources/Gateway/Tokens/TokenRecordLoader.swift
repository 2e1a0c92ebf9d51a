import Cryptography
import FoundationEssentials
import WebhookServices

/// Where the cache gets records from.
public protocol TokenRecordLoading: Sendable {
    /// The record of a token; `nil` if there is no such token.
    /// - Parameter deadline: Until when it is of use.
    func record(for id: TokenID, until deadline: RequestDeadline?) async throws -> TokenRecord?
}

/// Loads records from the database: opens the secrets and prepares them for the token's service.
public struct TokenRecordLoader: TokenRecordLoading {
    private let store: TokenStore
    private let service: @Sendable (String) -> (any WebhookService)?

    /// Loads from `store`.
    ///
    /// - Parameter service: The service of a name, if it is offered.
    public init(
        store: TokenStore,
        service: @escaping @Sendable (String) -> (any WebhookService)? = { ServiceRegistry.service(named: $0) }
    ) {
        self.store = store
        self.service = service
    }

    /// The record of a token; `nil` if there is no such token. A token of a service that is not offered has a record
    /// without secrets.
    ///
    /// - Throws: `DatabaseError`, ``KeyRing/Failure``, or what the service has against the secret.
    public func record(for id: TokenID, until deadline: RequestDeadline? = nil) async throws -> TokenRecord? {
        guard let stored = try await store.stored(id, until: deadline) else { return nil }
        let token = stored.token
        var current: PreparedSecret?
        var previous: (secret: PreparedSecret, expiresAt: UnixTime)?
        if let service = service(token.service) {
            let secret = try store.keys.open(stored.secret, for: StoredToken.place(ofSecretIn: token.row))
            current = try service.prepare(secret: secret)
            if let sealed = stored.previousSecret, let expiresAt = token.previousSecretExpiresAt,
                UnixTime.now() < expiresAt
            {
                let secret = try store.keys.open(sealed, for: StoredToken.place(ofPreviousSecretIn: token.row))
                previous = (try service.prepare(secret: secret), expiresAt)
            }
        }
        return TokenRecord(
            id: id, uuid: withUnsafeBytes(of: token.uuid.uuid) { Array($0) }, service: token.service,
            scope: token.scope, eventFilter: token.eventFilter, publishesPrivate: token.publishesPrivate,
            settings: token.settings, isEnabled: token.state == .enabled, current: current, previous: previous)
    }
}
