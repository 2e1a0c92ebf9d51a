import Cryptography
import Database

/// Lets those who count something of an account, and then add to it, do so one after the other: else several at once would
/// each find room for one more.
enum AccountLock {
    /// The subject that is counted. Different things of one account do not wait for each other.
    enum Subject: String {
        case tokens
        case sessions
    }

    /// Takes the lock, which the end of the transaction gives back. What is counted afterwards includes what others added
    /// before.
    ///
    /// - Throws: `DatabaseError`.
    static func take(_ subject: Subject, of account: String, on connection: any DatabaseConnection) async throws {
        switch connection.dialect {
        case .sqlite:
            break  // BEGIN IMMEDIATE is the lock
        case .postgresql:
            // Works through a pooler that gives connections by the transaction, too.
            try await connection.query(
                "SELECT pg_advisory_xact_lock(CAST($1 AS BIGINT))", [.integer(key(subject, account))])
        }
    }

    /// 64 bits of a hash. Two accounts that share them wait for each other, and nothing else comes of it.
    static func key(_ subject: Subject, _ account: String) -> Int64 {
        let digest = SHA256.digest(Array("webhook2fedmsg \(subject.rawValue)\0\(account)".utf8))
        return Int64(bitPattern: digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}
