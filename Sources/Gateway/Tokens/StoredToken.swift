import Database
import FoundationEssentials
import WebhookServices

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
        guard let uuid = UUID(uuidString: try row.text("uuid")) else { throw Self.malformed("uuid") }
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
