import Cryptography
import Database
import Encodings
import FoundationEssentials
import WebhookServices

/// A token as people see it: everything but its secrets.
public struct Token: Sendable, Hashable {
    /// Most characters of a name.
    public static let maximumNameCount = 100
    /// Most owners.
    public static let maximumOwners = 50

    /// Its lasting identity; part of the names that message ids are made from. Never shown.
    public let uuid: UUID
    /// Its id in the URL.
    public let id: TokenID
    /// The service, by its name in the URL.
    public let service: String
    /// The name that people gave it.
    public var name: String
    /// The repository or owner that it is limited to.
    public var scope: TokenScope?
    /// Which events it lets through; `nil` for all.
    public var eventFilter: EventFilter?
    /// A Boolean value that indicates whether private content is published.
    public var publishesPrivate: Bool
    /// The settings that its service asks for, such as `instance_url`.
    public var settings: [String: String]
    /// The people and groups that may manage it.
    public var owners: [TokenOwner]
    /// A Boolean value that indicates whether its webhooks are accepted.
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

    /// Names what a form about the settings shows: equal for equal settings, another as soon as one of them changes. A form
    /// carries it, so that a page that was open for long does not overwrite what it never showed.
    var settingsVersion: String {
        let filter = eventFilter?.description ?? ""
        let parts =
            [name, scope?.text ?? "", filter, publishesPrivate ? "1" : "0"]
            + settings.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        // The count of bytes before each part: no two lists of parts read the same.
        let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
        return Hex.encode(SHA256.digest(Array(text.utf8)).prefix(8))
    }

    /// The parts that are another thing than in `other`, named as people know them.
    func differences(from other: Token) -> [String] {
        var parts: [String] = []
        if name != other.name { parts.append("name") }
        if scope?.text != other.scope?.text { parts.append("repository or owner") }
        if eventFilter != other.eventFilter { parts.append("events to publish") }
        if publishesPrivate != other.publishesPrivate { parts.append("private content") }
        if settings != other.settings { parts.append("settings") }
        return parts
    }
}

/// A state of a token: its webhooks are accepted, or not.
public enum TokenState: String, Sendable, Hashable, CaseIterable {
    /// They are.
    case enabled
    /// They are refused with 403.
    case disabled
}
