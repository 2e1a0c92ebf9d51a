import Database
import FoundationEssentials
import WebhookServices

/// A token as people see it: everything but its secrets.
public struct Token: Sendable, Hashable {
    /// Its lasting identity; part of the names that message ids are made from. Never shown.
    public let uuid: UUID
    /// Its id in the URL.
    public let id: TokenID
    /// The service, by its name in the URL.
    public let service: String
    /// What people call it.
    public let name: String
    /// What it is limited to.
    public let scope: TokenScope?
    /// Which events it lets through; `nil` for all.
    public let eventFilter: EventFilter?
    /// Whether private content is published.
    public let publishesPrivate: Bool
    /// What its service asks for, such as `instance_url`.
    public let settings: [String: String]
    /// Who may manage it.
    public var owners: [TokenOwner]
    /// Whether its webhooks are accepted.
    public let state: TokenState
    /// The account of whoever made it; `nil` for the command line.
    public let createdBy: String?
    /// When it was made.
    public let createdAt: UnixTime
    /// When anything about it last changed.
    public let updatedAt: UnixTime
    /// When its secret was last changed, if ever.
    public let rotatedAt: UnixTime?
    /// Until when the previous secret works, if there is one; may have passed.
    public let previousSecretExpiresAt: UnixTime?
    /// Until when the secret before that works; likewise.
    public var earlierSecretExpiresAt: UnixTime?

    /// When the former secrets stop working, those that did already left out; the last one first.
    func formerSecretExpiries(at now: UnixTime) -> [UnixTime] {
        [previousSecretExpiresAt, earlierSecretExpiresAt].compactMap { $0 }.filter { now < $0 }
    }

    /// When it got the secrets that it has.
    var secretsSince: UnixTime { rotatedAt ?? createdAt }

    /// Names the secrets that it has, former ones included: another after each rotation. A form carries it, so that a page
    /// that was open for long ends no secret that it never showed.
    var secretsVersion: String { String(secretsSince.milliseconds) }

    /// The text of the uuid in the database: small letters.
    var row: String { uuid.uuidString.lowercased() }
}
