import Cryptography
import Encodings

/// A step of the schema. Once a release has it, it does not change any more: another change is another migration.
public struct Migration: Sendable {
    /// Its place: the versions of a program's migrations rise, from 1 or more.
    public let version: Int
    /// A summary in a word or two, for people.
    public let name: String
    /// Its statements, one a string, without parameters, for each dialect.
    public let sql: @Sendable (SQLDialect) -> [String]

    /// A migration.
    public init(version: Int, name: String, sql: @escaping @Sendable (SQLDialect) -> [String]) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    /// The SHA-256 of its statements, with a zero byte after each, in lower-case hexadecimal digits.
    public func checksum(_ dialect: SQLDialect) -> String {
        var bytes: [UInt8] = []
        for statement in sql(dialect) {
            bytes.append(contentsOf: statement.utf8)
            bytes.append(0)
        }
        return Hex.encode(SHA256.digest(bytes[...]))
    }

    /// Version and name, for messages.
    var label: String { "\(version) (\(name))" }
}
