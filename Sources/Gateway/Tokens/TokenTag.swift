import Cryptography
import Database
import Encodings
import FoundationEssentials

/// The public tag of a token: what its messages carry, so that whoever sees a strange one can tell an administrator which
/// token it came by. Made by a key of this server's that outlives rotations; neither the token's address nor anything else
/// can be had from it.
public struct TokenTag: Sendable, Hashable, CustomStringConvertible {
    /// Characters of the text: 64 bits in hexadecimal digits.
    public static let characterCount = 16
    /// The text that is signed before the token's identity. Public ids are signed by the same key, over 12 bytes.
    private static let purpose = Array("webhook2fedmsg_token\0".utf8)

    /// The text: hexadecimal digits, lower case.
    public let description: String

    /// The tag of the token with this lasting identity.
    init(of uuid: [UInt8], _ keys: KeyRing) {
        let code = keys.idTags.authenticationCode(for: [Self.purpose[...], uuid[...]])
        description = Hex.encode(code.prefix(Self.characterCount / 2))
    }

    /// The tag of a token.
    init(of token: Token, _ keys: KeyRing) {
        self.init(of: withUnsafeBytes(of: token.uuid.uuid) { Array($0) }, keys)
    }

    /// Reads a tag, in either case; `nil` for whatever is none.
    public init?(_ text: String) {
        guard text.utf8.count == Self.characterCount, Hex.decode(Array(text.utf8)[...]) != nil else { return nil }
        description = text.lowercased()
    }
}

extension TokenStore {
    /// The token that a tag is of, by its row; `nil` if there is none. Looks at all of them: for people, not for webhooks.
    ///
    /// - Throws: `DatabaseError`.
    func row(of tag: TokenTag) async throws -> String? {
        try await first(tag, of: "SELECT uuid FROM token WHERE uuid > $1 ORDER BY uuid")?.text("uuid")
    }

    /// Returns the history's entries of the token that a tag is of, newest first: the token itself may be gone.
    ///
    /// - Throws: `DatabaseError`.
    func history(of tag: TokenTag, limit: Int) async throws -> [HistoryEntry] {
        let row = try await first(
            tag,
            of: """
                SELECT token_uuid AS uuid, MAX(token) AS token FROM token_history WHERE token_uuid > $1
                GROUP BY token_uuid ORDER BY token_uuid
                """)
        guard let id = try row.flatMap({ TokenID(try $0.text("token")) }) else { return [] }
        let statement = TokenHistory.selection(of: id, before: nil, limit: limit)
        return try StoredRows.readable(
            await database.query(statement).rows, of: "token_history", HistoryEntry.init(row:))
    }

    /// The first row whose `uuid` has the tag.
    private func first(_ tag: TokenTag, of selection: String) async throws -> SQLRow? {
        let pageLength = 5000
        var last = ""
        while true {
            let rows = try await database.query("\(selection) LIMIT \(pageLength)", [.text(last)]).rows
            for row in rows {
                last = try row.text("uuid")
                guard let uuid = UUID(uuidString: last) else { continue }
                if TokenTag(of: withUnsafeBytes(of: uuid.uuid) { Array($0) }, keys) == tag { return row }
            }
            if rows.count < pageLength { return nil }
        }
    }
}
