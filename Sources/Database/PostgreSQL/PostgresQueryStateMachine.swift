import Cryptography
import Encodings

/// The messages that a connection sends for a statement, in order, without I/O. It knows what is prepared on the
/// connection.
///
/// A statement worth keeping is prepared under a name, then run by that name; one that gives way in the cache is
/// deallocated before the next is prepared. Where the server has lost a prepared statement, or refuses its old plan
/// after a schema change, it is prepared anew, once, unless a transaction is doomed by it already.
///
/// A pooler between may give each transaction another of the server's connections. So a name is a hash of the statement's
/// text: what another client has prepared under it is the same statement. In a transaction that somebody began nothing is
/// run by its name, because a name that is not there, or is there already, would doom the transaction. A connection that
/// has seen either runs no statement by its name any more: that costs the server some microseconds, and cannot fail.
struct PostgresQueryStateMachine {
    /// An action: bytes to send, or the statement's end.
    enum Action: Equatable {
        /// `DEALLOCATE` the name.
        case deallocate(String)
        /// Prepare the text under the name.
        case prepare(name: String, sql: String)
        /// Run what was prepared under the name.
        case executePrepared(name: String)
        /// Run the text without a name.
        case execute(sql: String)
        /// The statement is done.
        case succeed
        /// The statement failed.
        case fail(DatabaseError)
    }

    private enum Step {
        case none
        case deallocating(String)
        case preparing(String)
        case executing(name: String?)
    }

    private var cache: StatementCache<String>
    /// Names that the server still has and nobody uses.
    private var stale: [String] = []
    private var sql = ""
    private var step = Step.none
    private var isRetried = false
    private var isInTransaction = false
    /// A Boolean value that indicates whether a pooler was seen to share the server's connections.
    private(set) var isPooled = false

    init(capacity: Int) {
        cache = StatementCache(capacity: capacity)
    }

    /// A statement is to be run. The one before has ended.
    /// - Parameter isInTransaction: whether a transaction is open.
    mutating func start(_ sql: String, isInTransaction: Bool = false) -> Action {
        self.sql = sql
        self.isInTransaction = isInTransaction
        isRetried = false
        return begin()
    }

    /// The server has done what the last action sent.
    mutating func succeeded() -> Action {
        switch step {
        case .none:
            return .fail(DatabaseError(.other, "PostgreSQL answered what was not asked"))
        case .deallocating(let name):
            stale.removeAll { $0 == name }
            return begin()
        case .preparing(let name):
            keep(name, for: sql)
            step = .executing(name: name)
            return .executePrepared(name: name)
        case .executing:
            step = .none
            return .succeed
        }
    }

    /// The server refused what the last action sent.
    /// - Parameter canRetry: whether no transaction was doomed by it.
    mutating func failed(_ error: DatabaseError, canRetry: Bool) -> Action {
        switch step {
        case .deallocating(let name) where error.sqlState == Self.noSuchStatement && canRetry:
            stale.removeAll { $0 == name }
            return begin()
        case .preparing(let name) where error.sqlState == Self.duplicateStatement && canRetry:
            // The same text, prepared by another client on a connection that the pooler gave to both.
            isPooled = true
            step = .executing(name: name)
            return .executePrepared(name: name)
        case .executing(let name?) where error.sqlState == Self.noSuchStatement:
            // Refused before anything of it was run.
            _ = cache.remove(sql)
            stale.removeAll { $0 == name }
            guard canRetry else { break }
            // Prepared a moment ago, and not there: on another of the server's connections.
            if isRetried { isPooled = true }
            isRetried = true
            return begin()
        case .executing(let name?) where error.sqlState == Self.changedPlan:
            _ = cache.remove(sql)
            stale.append(name)
            guard canRetry, !isRetried else { break }
            isRetried = true
            return begin()
        default:
            break
        }
        step = .none
        return .fail(error)
    }

    // MARK: Batches

    /// Returns the messages for a batch, in one pipeline: what is not prepared yet is prepared on the way, each text
    /// once.
    mutating func plan(_ texts: [String]) -> [PostgresBatch.Step] {
        var steps = isPooled ? [] : stale.map { PostgresBatch.Step.deallocate($0) }
        var names: [String: String] = [:]
        for (index, text) in texts.enumerated() {
            guard usesNames, SQLStatement.isWorthKeeping(text) else {
                steps.append(.execute(index, name: nil))
                continue
            }
            if let name = cache.find(text) ?? names[text] {
                steps.append(.execute(index, name: name))
                continue
            }
            let name = Self.name(of: text)
            names[text] = name
            steps.append(.prepare(name: name, sql: text))
            steps.append(.execute(index, name: name))
        }
        return steps
    }

    /// The server has done a step of a batch. What was prepared stays, whatever becomes of the batch.
    mutating func batchSucceeded(_ step: PostgresBatch.Step) {
        switch step {
        case .deallocate(let name):
            stale.removeAll { $0 == name }
        case .prepare(let name, let sql):
            keep(name, for: sql)
        case .execute:
            break
        }
    }

    /// The server refused a step of a batch, and has undone the others.
    /// - Parameter sql: the text of the statement, if the step was one.
    /// - Returns: whether the reason is gone, so that the batch, planned anew, may succeed.
    mutating func batchFailed(_ step: PostgresBatch.Step, sql: String?, _ error: DatabaseError) -> Bool {
        switch step {
        case .deallocate(let name):
            stale.removeAll { $0 == name }
            return error.sqlState == Self.noSuchStatement
        case .execute(_, let name?) where error.sqlState == Self.noSuchStatement || error.sqlState == Self.changedPlan:
            if let sql { _ = cache.remove(sql) }
            if error.sqlState == Self.changedPlan { stale.append(name) } else { isPooled = true }
            return true
        case .prepare where error.sqlState == Self.duplicateStatement:
            isPooled = true
            return true
        case .prepare, .execute:
            return false
        }
    }

    // MARK: Private

    private var usesNames: Bool { cache.capacity > 0 && !isPooled }

    /// The name that a statement is prepared under: 128 bits of its text's SHA-256.
    static func name(of sql: String) -> String {
        "w2f_" + Hex.encode(SHA256.digest(Array(sql.utf8)[...]).prefix(16))
    }

    private mutating func keep(_ name: String, for sql: String) {
        stale.removeAll { $0 == name }
        if let evicted = cache.insert(name, for: sql), evicted != name { stale.append(evicted) }
    }

    private mutating func begin() -> Action {
        guard usesNames, !isInTransaction, SQLStatement.isWorthKeeping(sql) else {
            step = .executing(name: nil)
            return .execute(sql: sql)
        }
        if let name = cache.find(sql) {
            step = .executing(name: name)
            return .executePrepared(name: name)
        }
        if let name = stale.first {
            step = .deallocating(name)
            return .deallocate(name)
        }
        let name = Self.name(of: sql)
        step = .preparing(name)
        return .prepare(name: name, sql: sql)
    }

    /// SQLSTATE invalid_sql_statement_name.
    private static let noSuchStatement = "26000"
    /// SQLSTATE duplicate_prepared_statement.
    private static let duplicateStatement = "42P05"
    /// SQLSTATE feature_not_supported: "cached plan must not change result type".
    private static let changedPlan = "0A000"
}
