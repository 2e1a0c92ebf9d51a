import Database
import FoundationEssentials

extension StoredToken {
    /// The columns that `init(row:)` reads.
    static let columns = """
        uuid, public_id, service, name, scope, state, created_at, updated_at, rotated_at, \
        key_id, secret, previous_key_id, previous_secret, previous_expires_at
        """

    /// Reads a row of the table `token`, without its owners.
    ///
    /// - Throws: `DatabaseError` `decoding` for what this program never wrote.
    init(row: SQLRow) throws(DatabaseError) {
        guard let uuid = UUID(uuidString: try row.text("uuid")) else { throw Self.malformed("uuid") }
        guard let id = TokenID(try row.text("public_id")) else { throw Self.malformed("public_id") }
        guard let state = TokenState(rawValue: try row.text("state")) else { throw Self.malformed("state") }
        var scope: TokenScope?
        if let text = try row.optionalText("scope") {
            guard let read = try? TokenScope(text) else { throw Self.malformed("scope") }
            scope = read
        }
        token = Token(
            uuid: uuid, id: id, service: try row.text("service"), name: try row.text("name"), scope: scope,
            owners: [], state: state,
            createdAt: UnixTime(milliseconds: try row.integer("created_at")),
            updatedAt: UnixTime(milliseconds: try row.integer("updated_at")),
            rotatedAt: try row.optionalInteger("rotated_at").map(UnixTime.init(milliseconds:)),
            previousSecretExpiresAt: try row.optionalInteger("previous_expires_at").map(UnixTime.init(milliseconds:)))
        secret = SealedValue(keyID: try row.text("key_id"), bytes: try row.blob("secret"))
        if let keyID = try row.optionalText("previous_key_id"), let bytes = try row.optionalBlob("previous_secret") {
            previousSecret = SealedValue(keyID: keyID, bytes: bytes)
        } else {
            previousSecret = nil
        }
    }

    private static func malformed(_ column: String) -> DatabaseError {
        DatabaseError(.decoding, "column \(column) of table token holds what this program never writes")
    }
}
