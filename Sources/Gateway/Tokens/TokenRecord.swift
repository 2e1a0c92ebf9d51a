import WebhookServices

/// What a webhook needs of its token, ready to use. Immutable; the cache holds it, and requests in flight keep it.
public final class TokenRecord: Sendable {
    /// The id in the URL.
    public let id: TokenID
    /// The 16 bytes of the lasting identity, for message ids.
    public let uuid: [UInt8]
    /// The service, by its name in the URL. The route must name the same.
    public let service: String
    /// What it is limited to.
    public let scope: TokenScope?
    /// Which events it lets through; `nil` for all.
    public let eventFilter: EventFilter?
    /// Whether private content is published.
    public let publishesPrivate: Bool
    /// What its service asks for.
    public let settings: [String: String]
    /// Whether its webhooks are accepted.
    public let isEnabled: Bool
    private let current: [PreparedSecret]
    private let currentAndPrevious: [PreparedSecret]
    private let previousExpiresAt: UnixTime?

    /// A record.
    ///
    /// - Parameters:
    ///   - current: The secret; `nil` if the service is not offered, in which case nothing verifies.
    ///   - previous: The secret before, and when it stops working.
    public init(
        id: TokenID, uuid: [UInt8], service: String, scope: TokenScope?, eventFilter: EventFilter? = nil,
        publishesPrivate: Bool = false, settings: [String: String] = [:], isEnabled: Bool, current: PreparedSecret?,
        previous: (secret: PreparedSecret, expiresAt: UnixTime)? = nil
    ) {
        self.id = id
        self.uuid = uuid
        self.service = service
        self.scope = scope
        self.eventFilter = eventFilter
        self.publishesPrivate = publishesPrivate
        self.settings = settings
        self.isEnabled = isEnabled
        self.current = current.map { [$0] } ?? []
        currentAndPrevious = self.current + (previous.map { [$0.secret] } ?? [])
        previousExpiresAt = previous?.expiresAt
    }

    /// The secrets that work now: the current one first, then, while its grace period lasts, the previous one.
    ///
    /// - Parameter now: Only asked for where there is a previous secret.
    public func secrets(at now: @autoclosure () -> UnixTime = .now()) -> [PreparedSecret] {
        guard let previousExpiresAt, now() < previousExpiresAt else { return current }
        return currentAndPrevious
    }
}
