import Database
import Logging

/// Puts another root key into use and seals everything anew under it, while servers run.
///
/// Each batch is one transaction, and what is sealed anew is not touched again: a rotation that was interrupted, even by
/// kill -9, goes on where it was when it is run again. Values that people change meanwhile are sealed under the new key by
/// whoever changes them.
public struct KeyRotation: Sendable {
    /// Most values that are sealed anew in one transaction.
    public static let maximumBatch = 1000
    /// Values that are sealed anew in one transaction where nothing else is said.
    public static let standardBatch = 100

    /// The result of a rotation.
    public struct Outcome: Sendable, Hashable, Encodable {
        /// The root key that was current before.
        public var from: String
        /// The one that is now.
        public var to: String
        /// Values that were sealed anew.
        public var resealed = 0
        /// Values that could not be opened, and so stay as they were: column and row.
        public var failed: [Failed] = []
        /// Values that stand under another root key in the end: those that could not be opened, and what a server that does
        /// not follow the rotation has sealed meanwhile.
        public var left = 0

        /// A value that could not be opened.
        public struct Failed: Sendable, Hashable, Encodable {
            /// The column.
            public let column: String
            /// The row's key.
            public let row: String
            /// The reason why not.
            public let reason: String
        }

        /// The outcome for people.
        public var text: String {
            let lines = [
                from == to ? "root key \(to) (in use already)" : "root key \(from) -> \(to)",
                "\(resealed) secrets sealed anew",
            ]
            let failures = failed.map { "not sealed anew: \($0.column) of \($0.row): \($0.reason)" }
            let remark = "\(left) secrets are still sealed under another root key: run keys rotate again"
            return (lines + failures + (left > 0 ? [remark] : [])).joined(separator: "\n") + "\n"
        }
    }

    private let database: any Database
    private let keys: KeyRing
    private let target: String
    private let limit: Int

    /// - Parameters:
    ///   - keys: All root keys that values may be sealed under, and the new one.
    ///   - target: The id of the root key that is to be the current one.
    ///   - limit: Most statements that the database takes in one batch.
    init(database: any Database, keys: KeyRing, target: String, limit: Int = DatabaseLimits().batchStatements) {
        self.database = database
        self.keys = keys
        self.target = target
        self.limit = limit
    }

    /// Rotates to the root key of `keys.root_key_file`.
    public init(_ storage: Storage, _ configuration: Configuration) {
        self.init(
            database: storage.database, keys: storage.keys, target: storage.rootKeyID,
            limit: configuration.database.limits.batchStatements)
    }

    /// Does it.
    ///
    /// - Parameters:
    ///   - batch: Values that are sealed anew in one transaction; `database.max_batch` at most.
    ///   - progress: Called after each batch, with how many were sealed anew so far.
    /// - Throws: ``RootKeyError``, ``KeyRing/Failure``, `DatabaseError`.
    public func run(batch: Int = standardBatch, progress: (Int) -> Void = { _ in }) async throws -> Outcome {
        guard let checkValue = keys.checkValue(of: target) else { throw KeyRing.Failure.unknownKey(id: target) }
        let before = try await RootKeyTable.replaceCurrent(
            by: target, checkValue: checkValue, known: keys.keyIDs, in: database)
        try keys.adopt(target)
        var outcome = Outcome(from: before, to: target)
        let size = min(max(1, batch), Self.maximumBatch, limit)
        for column in SealedColumn.all {
            // Again for what was changed at the same time; all that is left then cannot be opened.
            for _ in 0..<10 {
                let failures = outcome.failed.count
                guard try await reseal(column, size, &outcome, progress) > 0 else { break }
                outcome.failed.removeSubrange(failures...)
            }
        }
        for column in SealedColumn.all { outcome.left += try await column.count(notUnder: target, in: database) }
        return outcome
    }

    /// Goes once through a column.
    /// - Returns: How many values were overtaken by another change, and are to be looked at again.
    private func reseal(
        _ column: SealedColumn, _ size: Int, _ outcome: inout Outcome, _ progress: (Int) -> Void
    ) async throws -> Int {
        var overtaken = 0
        var last = ""
        while true {
            let values = try await column.next(notUnder: target, after: last, limit: size, in: database)
            guard let end = values.last else { return overtaken }
            last = end.row
            var statements: [SQLStatement] = []
            for value in values {
                let place = SealedPlace(column: column.name, row: value.row)
                do {
                    let old = try value.sealed.get()
                    let plain = try keys.open(old, for: place)
                    let sealed = try keys.seal(plain, for: place)
                    statements.append(
                        column.replacement(of: old, by: sealed, hash: keys.lookupHash(plain), row: value.row))
                } catch let failure as KeyRing.Failure {
                    outcome.failed.append(
                        Outcome.Failed(column: column.name, row: value.row, reason: failure.description))
                } catch let error as DatabaseError {
                    outcome.failed.append(Outcome.Failed(column: column.name, row: value.row, reason: error.message))
                }
            }
            let done = try await database.batch(statements).count { $0.affectedRows > 0 }
            outcome.resealed += done
            overtaken += statements.count - done
            if done > 0 { progress(outcome.resealed) }
        }
    }
}

/// Has the ring follow the database's current root key, without a restart: PostgreSQL tells of a change of it as of one that
/// may be of any token, and SQLite of any change at all.
actor RootKeyFollower {
    private let database: any Database
    private let keys: KeyRing
    private let logger: Logger
    private var isReading = false
    private var isWanted = false
    /// The current root key that is not on the ring, as far as the log has a line on it.
    private var missing: KeyRing.Failure?

    init(database: any Database, keys: KeyRing, logger: Logger) {
        self.database = database
        self.keys = keys
        self.logger = logger
    }

    /// Takes note of what is told of tokens. Returns at once: others wait to hear it, too.
    func note(_ notice: TokenNotice) {
        switch notice {
        case .everything, .watching: isWanted = true
        case .token, .unwatched: return
        }
        guard !isReading else { return }
        isReading = true
        Task { await follow() }
    }

    private func follow() async {
        while isWanted {
            isWanted = false
            do {
                try await RootKeyTable.follow(keys, in: database)
                missing = nil
            } catch let failure as KeyRing.Failure {
                guard failure != missing else { continue }
                missing = failure
                logger.error("the root key was changed", metadata: ["error": "\(failure)"])
            } catch {
                // When the database is back, `watching` is told; and every look at /readyz reads it, too.
                logger.debug("cannot read which root key is current", metadata: ["error": "\(error)"])
            }
        }
        isReading = false
    }
}
