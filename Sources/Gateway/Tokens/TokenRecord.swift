import Database
import WebhookServices

/// The part of a token that a webhook needs, ready to use. Immutable; the cache holds it, and requests in flight keep it.
public final class TokenRecord: Sendable {
    /// The id in the URL.
    public let id: TokenID
    /// The 16 bytes of the lasting identity, for message ids.
    public let uuid: [UInt8]
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
    /// Whose limits its webhooks count against: whoever made it, or its first owner; `nil` if neither is known.
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
        id: TokenID, uuid: [UInt8], tag: TokenTag? = nil, owners: [TokenOwner] = [], service: String,
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
