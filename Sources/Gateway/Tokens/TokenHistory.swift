import Database
import Encodings

/// A change of a token that is about to be committed.
public struct TokenChange: Sendable, Hashable {
    /// The change.
    public enum Kind: Sendable, Hashable {
        /// It was made.
        case created
        /// These parts were changed, named as people know them.
        case edited([String])
        /// It got another secret; the one before works on for so long.
        case rotated(grace: Duration)
        /// It was enabled or disabled.
        case state(TokenState)
        /// It was deleted.
        case deleted
        /// An owner was added.
        case ownerAdded(TokenOwner)
        /// An owner was removed.
        case ownerRemoved(TokenOwner)
    }

    /// The change.
    public let kind: Kind
    /// The token's id in its URL.
    public let id: TokenID
    /// The token's key in the database.
    public let row: String
    /// Its name, as it is from now on.
    public let name: String
    /// The actor.
    public let actor: TokenActor
    /// When.
    public let at: UnixTime
}

/// An actor that changes tokens, for the history.
public struct TokenActor: Sendable, Hashable {
    /// The account's name; `nil` for the command line.
    public let account: String?
    /// A Boolean value that indicates whether it is done by the right of an administrator, and not of an owner.
    public let byAdmin: Bool

    /// Whoever can run the program's commands.
    public static let commandLine = TokenActor(account: nil, byAdmin: false)

    /// A person.
    public init(account: String?, byAdmin: Bool) {
        self.account = account
        self.byAdmin = byAdmin
    }
}

/// A step that belongs to every change of a token, whoever makes it, such as its history.
public protocol TokenChangeHook: Sendable {
    /// Called in the change's own transaction, after its statements; what it throws undoes the change.
    func tokenChanges(_ change: TokenChange, on connection: any DatabaseConnection) async throws
}

/// An entry in the history of tokens.
public struct HistoryEntry: Sendable, Hashable {
    /// An event. The raw values are what the database holds.
    public enum Event: String, Sendable, Hashable, CaseIterable {
        /// The token was made.
        case created
        /// Name, scope, event filter, settings or the private-content switch were changed; `detail` says which.
        case edited
        /// It got another secret; `detail` is the grace period.
        case rotated
        /// It was disabled.
        case disabled
        /// It was enabled.
        case enabled
        /// It was deleted.
        case deleted
        /// An owner was added; `detail` is `user NAME` or `group NAME`.
        case ownerAdded = "owner_added"
        /// An owner was removed.
        case ownerRemoved = "owner_removed"
        /// A test event was sent.
        case tested
    }

    /// When.
    public let at: UnixTime
    /// The account's name; `nil` for the command line.
    public let actor: String?
    /// A Boolean value that indicates whether it was done by the right of an administrator.
    public let byAdmin: Bool
    /// The token's id in its URL: the token itself may be gone.
    public let token: TokenID
    /// The token's name at that time.
    public let tokenName: String
    /// The event.
    public let event: Event
    /// More about it, for people; no secret is ever in it.
    public let detail: String

    /// An entry.
    public init(
        at: UnixTime, actor: String?, byAdmin: Bool, token: TokenID, tokenName: String, event: Event, detail: String
    ) {
        self.at = at
        self.actor = actor
        self.byAdmin = byAdmin
        self.token = token
        self.tokenName = tokenName
        self.event = event
        self.detail = detail
    }
}

extension HistoryEntry.Event {
    /// The event in lines of text.
    var words: String { rawValue.replacing("_", with: " ") }
}

extension TokenChange.Kind {
    /// The event that the history has for it.
    fileprivate var historyEvent: HistoryEntry.Event {
        switch self {
        case .created: .created
        case .edited: .edited
        case .rotated: .rotated
        case .state(.enabled): .enabled
        case .state(.disabled): .disabled
        case .deleted: .deleted
        case .ownerAdded: .ownerAdded
        case .ownerRemoved: .ownerRemoved
        }
    }

    /// More about it, for people.
    fileprivate var historyDetail: String {
        switch self {
        case .created, .state, .deleted: ""
        case .edited(let parts): parts.joined(separator: ", ")
        case .rotated(let grace):
            grace > .zero ? "previous secret valid for \(Self.words(grace))" : "previous secret revoked"
        case .ownerAdded(let owner), .ownerRemoved(let owner): "\(owner.kind.rawValue) \(owner.name)"
        }
    }

    /// `1 day`, `12 hours`; shorter times, and those that are no whole number of hours, as in the configuration.
    private static func words(_ duration: Duration) -> String {
        let (seconds, rest) = duration.components
        guard rest == 0 else { return DurationText.text(duration) }
        for (unit, length) in [("day", Int64(86_400)), ("hour", 3600)] where seconds.isMultiple(of: length) {
            let count = seconds / length
            return "\(count) \(unit)" + (count == 1 ? "" : "s")
        }
        return DurationText.text(duration)
    }
}

/// Writes down who changed what about tokens, with each change.
public struct TokenHistory: TokenChangeHook {
    /// The history of a database with the gateway's tables.
    public init() {}

    /// Adds an entry.
    public func tokenChanges(_ change: TokenChange, on connection: any DatabaseConnection) async throws {
        try await connection.query(
            Self.insertion(
                HistoryEntry(
                    at: change.at, actor: change.actor.account, byAdmin: change.actor.byAdmin, token: change.id,
                    tokenName: change.name, event: change.kind.historyEvent, detail: change.kind.historyDetail),
                of: change.row))
    }

    /// Returns the statement that adds an entry.
    /// - Parameter row: The token's key in the database.
    static func insertion(_ entry: HistoryEntry, of row: String) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO token_history (token, token_name, at, actor, by_admin, event, detail, token_uuid)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .text(entry.token.description), .text(entry.tokenName), .integer(entry.at.milliseconds),
                .optional(entry.actor), .integer(entry.byAdmin ? 1 : 0), .text(entry.event.rawValue),
                .text(entry.detail), .text(row),
            ])
    }

    /// Returns the statement that reads entries, newest first: of one token or of all. Those of one moment stay
    /// together, so that the next page, which begins before it, lacks none.
    static func selection(of token: TokenID?, before: UnixTime?, limit: Int) -> SQLStatement {
        var parameters: [SQLValue] = [.integer(before?.milliseconds ?? .max), .integer(Int64(limit - 1))]
        var condition = "at < $1"
        if let token {
            condition += " AND token = $3"
            parameters.append(.text(token.description))
        }
        let oldest = "SELECT at FROM token_history WHERE \(condition) ORDER BY at DESC LIMIT 1 OFFSET $2"
        return SQLStatement(
            """
            SELECT token, token_name, at, actor, by_admin, event, detail FROM token_history
            WHERE \(condition) AND at >= COALESCE((\(oldest)), 0)
            ORDER BY at DESC, entry DESC LIMIT $2 + \(maximumTies)
            """,
            parameters)
    }

    /// Most entries of one moment that a page has more than it was asked for.
    private static let maximumTies = 100
}

extension HistoryEntry {
    /// Reads a row of the table `token_history`.
    ///
    /// - Throws: `DatabaseError` `decoding` for what this program never wrote.
    init(row: SQLRow) throws(DatabaseError) {
        guard let token = TokenID(try row.text("token")), let event = Event(rawValue: try row.text("event")) else {
            throw DatabaseError(.decoding, "table token_history holds what this program never writes")
        }
        self.init(
            at: try row.time("at"), actor: try row.optionalText("actor"),
            byAdmin: try row.bool("by_admin"), token: token, tokenName: try row.text("token_name"), event: event,
            detail: try row.text("detail"))
    }
}
