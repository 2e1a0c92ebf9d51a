import Cryptography
import Database
import Encodings
import FedoraMessaging
import FoundationEssentials
import WebhookServices

/// A token as people see it: everything but its secrets.
public struct Token: Sendable, Hashable {
    /// Most characters of a name.
    public static let maximumNameCount = 100
    /// Most owners.
    public static let maximumOwners = 50

    /// Its lasting identity; part of the names that message ids are made from. Never shown.
    public let uuid: UUIDValue
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
    var row: String { uuid.description }

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

/// An owner of a token, who may manage it: a person, or the members of a group.
public struct TokenOwner: Sendable, Hashable {
    /// Person or group.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A Fedora account.
        case user
        /// A group of Fedora accounts.
        case group
    }

    /// Most bytes of a name.
    public static let maximumNameCount = 64

    /// Person or group.
    public let kind: Kind
    /// The name in Fedora's accounts, small letters.
    public let name: String

    /// An owner.
    ///
    /// - Throws: ``TokenInputError`` `owner` for what cannot be an account's name.
    public init(_ kind: Kind, name: String) throws(TokenInputError) {
        let bytes = name.utf8
        guard (1...Self.maximumNameCount).contains(bytes.count), let first = bytes.first, Self.isLetterOrDigit(first),
            bytes.allSatisfy({ Self.isLetterOrDigit($0) || "-_.".utf8.contains($0) })
        else { throw .owner(name.printable) }
        self.kind = kind
        self.name = name
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
    }
}

/// The names of a provider that are accounts and groups here.
enum AccountNames {
    /// The account's name, if owners may be called so. Never changed to fit: two accounts must not become one.
    static func account(_ name: String) -> String? {
        (try? TokenOwner(.user, name: name))?.name
    }

    /// Those that groups may be called, each once, in order.
    static func groups(_ names: [String]) -> [String] {
        Set(names.compactMap { (try? TokenOwner(.group, name: $0))?.name }).sorted()
    }
}

extension TokenOwner {
    /// Reads a row of the table `token_owner`.
    ///
    /// - Throws: `DatabaseError` `decoding` for what this program never wrote.
    init(row: SQLRow) throws(DatabaseError) {
        guard let kind = Kind(rawValue: try row.text("kind")),
            let owner = try? TokenOwner(kind, name: try row.text("name"))
        else { throw DatabaseError(.decoding, "table token_owner holds what this program never writes") }
        self = owner
    }
}

/// A token with its secrets as they stand in the database.
struct StoredToken: Sendable {
    var token: Token
    let secret: SealedValue
    /// The secret before the last rotation; works until `token.previousSecretExpiresAt`.
    let previousSecret: SealedValue?
    /// The one before that; works until `token.earlierSecretExpiresAt`.
    let earlierSecret: SealedValue?

    /// A former secret within its grace period.
    struct FormerSecret: Sendable {
        let sealed: SealedValue
        let place: SealedPlace
        let expiresAt: UnixTime
    }

    /// The former secrets that still work, the last one first.
    func formerSecrets(at now: UnixTime) -> [FormerSecret] {
        let row = token.row
        return [
            (previousSecret, token.previousSecretExpiresAt, Self.place(ofPreviousSecretIn: row)),
            (earlierSecret, token.earlierSecretExpiresAt, Self.place(ofEarlierSecretIn: row)),
        ].compactMap { sealed, expiresAt, place in
            guard let sealed, let expiresAt, now < expiresAt else { return nil }
            return FormerSecret(sealed: sealed, place: place, expiresAt: expiresAt)
        }
    }

    static func place(ofSecretIn row: String) -> SealedPlace {
        SealedPlace(column: "token.secret", row: row)
    }

    static func place(ofPreviousSecretIn row: String) -> SealedPlace {
        SealedPlace(column: "token.previous_secret", row: row)
    }

    static func place(ofEarlierSecretIn row: String) -> SealedPlace {
        SealedPlace(column: "token.earlier_secret", row: row)
    }
}

extension StoredToken {
    /// The columns that `init(row:)` reads.
    static let columns = """
        uuid, public_id, service, name, scope, event_filter, publish_private, settings, state, created_by, created_at, \
        updated_at, rotated_at, key_id, secret, previous_key_id, previous_secret, previous_expires_at, earlier_key_id, \
        earlier_secret, earlier_expires_at
        """

    /// Reads a row of the table `token`, without its owners.
    ///
    /// - Throws: `DatabaseError` `decoding` for what this program never wrote.
    init(row: SQLRow) throws(DatabaseError) {
        guard let uuid = UUIDValue(try row.text("uuid")) else { throw Self.malformed("uuid") }
        guard let id = TokenID(try row.text("public_id")) else { throw Self.malformed("public_id") }
        guard let state = TokenState(rawValue: try row.text("state")) else { throw Self.malformed("state") }
        token = Token(
            uuid: uuid, id: id, service: try row.text("service"), name: try row.text("name"),
            scope: try Self.scope(in: row), eventFilter: try Self.eventFilter(in: row),
            publishesPrivate: try row.bool("publish_private"), settings: try Self.settings(in: row), owners: [],
            state: state, createdBy: try row.optionalText("created_by"),
            createdAt: try row.time("created_at"), updatedAt: try row.time("updated_at"),
            rotatedAt: try row.optionalTime("rotated_at"),
            previousSecretExpiresAt: try row.optionalTime("previous_expires_at"),
            earlierSecretExpiresAt: try row.optionalTime("earlier_expires_at"))
        secret = SealedValue(keyID: try row.text("key_id"), bytes: try row.blob("secret"))
        previousSecret = try Self.sealed("previous", in: row)
        earlierSecret = try Self.sealed("earlier", in: row)
    }

    private static func sealed(_ which: String, in row: SQLRow) throws(DatabaseError) -> SealedValue? {
        guard let keyID = try row.optionalText("\(which)_key_id"), let bytes = try row.optionalBlob("\(which)_secret")
        else { return nil }
        return SealedValue(keyID: keyID, bytes: bytes)
    }

    /// The text of settings in the database: an object of strings in JSON, its keys in order.
    ///
    /// - Throws: `DatabaseError`.
    static func text(ofSettings settings: [String: String]) throws(DatabaseError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(settings) else {
            throw DatabaseError(.invalidParameter, "a token's settings cannot be written as JSON")
        }
        return String(decoding: data, as: UTF8.self)
    }

    private static func scope(in row: SQLRow) throws(DatabaseError) -> TokenScope? {
        guard let text = try row.optionalText("scope") else { return nil }
        guard let scope = try? TokenScope(text) else { throw malformed("scope") }
        return scope
    }

    private static func eventFilter(in row: SQLRow) throws(DatabaseError) -> EventFilter? {
        guard let text = try row.optionalText("event_filter") else { return nil }
        // A filter that cannot be read must not let everything through.
        guard let filter = try? EventFilter(text: text) else { throw malformed("event_filter") }
        return filter
    }

    private static func settings(in row: SQLRow) throws(DatabaseError) -> [String: String] {
        let text = try row.text("settings")
        guard text != "{}" else { return [:] }
        guard let settings = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)) else {
            throw malformed("settings")
        }
        return settings
    }

    private static func malformed(_ column: String) -> DatabaseError {
        DatabaseError(.decoding, "column \(column) of table token holds what this program never writes")
    }
}
