import Database

/// A column of sealed values, for whatever goes through all of them: the rotation of the root key, and the look for rows
/// under keys that are not there. A new column of sealed values is added to ``all``.
struct SealedColumn: Sendable, Hashable {
    /// The table.
    let table: String
    /// The row's key, a text, by which the value is authenticated, too.
    let row: String
    /// The id of the root key that the value is sealed under.
    let keyID: String
    /// The sealed value.
    let value: String
    /// The value's name in `SealedPlace`.
    var name: String { "\(table).\(value)" }
    /// The column with the keyed hash that the value is looked up by, if there is one.
    var hash: String?
    /// A Boolean value that indicates whether the server can do without values that it cannot open: a session's
    /// credentials end with the session, or at its next look at the provider.
    var isDispensable = false

    /// All there are.
    static let all = [
        SealedColumn(table: "token", row: "uuid", keyID: "key_id", value: "secret", hash: "lookup_hash"),
        SealedColumn(
            table: "token", row: "uuid", keyID: "previous_key_id", value: "previous_secret",
            hash: "previous_lookup_hash"),
        SealedColumn(
            table: "token", row: "uuid", keyID: "earlier_key_id", value: "earlier_secret", hash: "earlier_lookup_hash"),
        SealedColumn(table: "kept_key", row: "name", keyID: "key_id", value: "sealed"),
        SealedColumn(table: "session", row: "handle", keyID: "key_id", value: "credentials", isDispensable: true),
        SealedColumn(table: "form_use", row: "form", keyID: "key_id", value: "notes", isDispensable: true),
    ]

    /// The number of values under each root key; of an id that is none, the log has a line.
    func counts(in database: any Database) async throws -> [String: Int] {
        let rows = try await database.query(
            """
            SELECT \(keyID) AS key_id, COUNT(*) AS number FROM \(table) WHERE \(keyID) IS NOT NULL GROUP BY \(keyID)
            """
        ).rows
        return Dictionary(
            try StoredRows.readable(rows, of: table) { (try $0.text("key_id"), Int(try $0.integer("number"))) }
        ) { $0 + $1 }
    }

    /// Returns the number of values of all columns under each root key, by column.
    ///
    /// - Parameter needed: only those that the server cannot do without.
    static func counts(in database: any Database, needed: Bool = false) async throws -> [String: [String: Int]] {
        var counts: [String: [String: Int]] = [:]
        for column in all where !(needed && column.isDispensable) {
            for (keyID, number) in try await column.counts(in: database) {
                counts[keyID, default: [:]][column.name] = number
            }
        }
        return counts
    }

    /// The next values, in the order of their rows, that are not sealed under a root key; of one that cannot be read, the
    /// reason.
    func next(notUnder current: String, after row: String, limit: Int, in database: any Database) async throws
        -> [(row: String, sealed: Result<SealedValue, DatabaseError>)]
    {
        try await database.query(
            """
            SELECT \(self.row) AS row_id, \(keyID) AS key_id, \(value) AS sealed FROM \(table)
            WHERE \(keyID) IS NOT NULL AND \(keyID) <> $1 AND \(self.row) > $2 ORDER BY \(self.row) LIMIT $3
            """, [.text(current), .text(row), .integer(Int64(limit))]
        ).rows.map { row in
            let sealed = Result { () throws(DatabaseError) in
                SealedValue(keyID: try row.text("key_id"), bytes: try row.blob("sealed"))
            }
            return (row: try row.text("row_id"), sealed: sealed)
        }
    }

    /// The number of values that are not sealed under a root key, whatever they are.
    func count(notUnder current: String, in database: any Database) async throws -> Int {
        let rows = try await database.query(
            "SELECT COUNT(*) AS number FROM \(table) WHERE \(keyID) IS NOT NULL AND \(keyID) <> $1", [.text(current)]
        ).rows
        return Int(try rows.first?.integer("number") ?? 0)
    }

    /// Puts a value that was sealed anew in the place of the old one, unless that has been changed meanwhile.
    func replacement(of old: SealedValue, by new: SealedValue, hash: [UInt8], row: String) -> SQLStatement {
        var parameters: [SQLValue] = [.text(new.keyID), .blob(new.bytes), .text(row), .blob(old.bytes)]
        var assignments = "\(keyID) = $1, \(value) = $2"
        if let column = self.hash {
            parameters.append(.blob(hash))
            assignments += ", \(column) = $5"
        }
        return SQLStatement(
            "UPDATE \(table) SET \(assignments) WHERE \(self.row) = $3 AND \(value) = $4", parameters)
    }
}
