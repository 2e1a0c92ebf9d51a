import CSQLite
import Encodings
import Glibc

/// A connection to a SQLite database. Confined to one thread, which may block on it.
final class SQLiteConnection {
    private let handle: OpaquePointer
    /// The path of its file; nil for one in memory.
    private let path: String?
    /// Its files as they were at the beginning; nil for one in memory, or that is only read.
    private var identity: SQLiteFileIdentity?
    private var statements: StatementCache<SQLiteStatement>
    /// When the statement that runs is to end. Allocated, because SQLite's progress handler keeps its address until the
    /// connection is closed, which comes before it is freed.
    private let deadline: UnsafeMutablePointer<ContinuousClock.Instant>
    /// A Boolean value that indicates whether this connection moved the log's pages to the file since the files were
    /// last looked at. Allocated, because SQLite's hook keeps its address, likewise.
    private let hasMovedPages: UnsafeMutablePointer<Bool>
    /// A Boolean value that indicates whether somebody else wrote to the file since ``takeForeignWrite()`` was last
    /// asked.
    private var wasWrittenByOthers = false

    /// The number of steps of SQLite's machine between two looks at the clock: a fraction of a millisecond.
    private static let stepsBetweenLooks: CInt = 10_000
    /// The bytes of the log beside the file that are kept when all of it is in the file.
    private static let longestLog = 64 << 20

    /// Opens the database, making the file if it is not there, unless it is only read.
    init(_ location: SQLiteLocation, limits: DatabaseLimits, isReadOnly: Bool) throws(DatabaseError) {
        path = if case .file(let path) = location { path } else { nil }
        handle = try Self.open(location, isReadOnly)
        statements = StatementCache(capacity: max(1, limits.preparedStatements))
        deadline = .allocate(capacity: 1)
        deadline.initialize(to: .now + limits.queryTimeout)
        hasMovedPages = .allocate(capacity: 1)
        hasMovedPages.initialize(to: false)
        do {
            try configure(limits, isReadOnly)
            if let path, !isReadOnly { try identify(path) }
        } catch {
            sqlite3_close_v2(handle)
            throw explained(error)
        }
    }

    deinit {
        deadline.deallocate()
        hasMovedPages.deallocate()
    }

    /// A Boolean value that indicates whether a transaction is open.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Looks whether the files are those that were opened. Where somebody else wrote to one, what SQLite has in memory of it
    /// is let go: it would be taken for the file's for as long as nobody commits.
    /// - Throws: `DatabaseError` with the code `replaced`.
    func checkFiles() throws(DatabaseError) {
        let isOurs = hasMovedPages.pointee
        hasMovedPages.pointee = false
        guard try identity?.check(isOurs: isOurs) == true else { return }
        sqlite3_db_release_memory(handle)
        wasWrittenByOthers = true
    }

    /// Returns a Boolean value that indicates whether somebody else wrote to the file since this was last asked.
    func takeForeignWrite() -> Bool {
        defer { wasWrittenByOthers = false }
        return wasWrittenByOthers
    }

    /// Runs one statement.
    /// - Throws: `DatabaseError`; with the code `timeout` if it runs for longer than `timeout`.
    func run(_ sql: String, _ parameters: [SQLValue] = [], timeout: Duration) throws(DatabaseError) -> SQLResult {
        do throws(DatabaseError) {
            return try runPlainly(sql, parameters, timeout: timeout)
        } catch {
            throw explained(error)
        }
    }

    private func runPlainly(
        _ sql: String, _ parameters: [SQLValue], timeout: Duration
    ) throws(DatabaseError) -> SQLResult {
        deadline.pointee = .now + timeout
        guard SQLStatement.isWorthKeeping(sql) else {
            let statement = try SQLiteStatement(sql, on: handle)
            defer { statement.finalize() }
            return try statement.run(parameters, on: handle)
        }
        if let statement = statements.find(sql) { return try statement.run(parameters, on: handle) }
        let statement = try SQLiteStatement(sql, on: handle)
        statements.insert(statement, for: sql)?.finalize()
        return try statement.run(parameters, on: handle)
    }

    /// Closes the connection, which must not be used again; an open transaction is rolled back.
    func close() {
        for statement in statements.removeAll() { statement.finalize() }
        sqlite3_progress_handler(handle, 0, nil, nil)
        sqlite3_wal_hook(handle, nil, nil)
        sqlite3_close_v2(handle)
    }

    /// The error with what to do about it, where the file or its folder is the reason.
    private func explained(_ error: DatabaseError) -> DatabaseError {
        path.map { Self.explained(error, path: $0) } ?? error
    }

    private static func explained(_ error: DatabaseError, path: String) -> DatabaseError {
        let number = error.sqlState.flatMap { CInt($0.dropFirst("SQLITE_".utf8.count)) }
        guard let number, let remedy = SQLiteFile.remedy(number, path), !error.message.hasSuffix(remedy) else {
            return error
        }
        return DatabaseError(error.code, sqlState: error.sqlState, "\(error.message): \(remedy)")
    }

    /// Remembers which files these are. SQLite tells whether they were moved since it opened them, which was a moment ago.
    private func identify(_ path: String) throws(DatabaseError) {
        identity = SQLiteFileIdentity(path)
        var hasMoved: CInt = 0
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        guard identity != nil, hasMoved == 0 else { throw .fileReplaced(path, "was removed or replaced") }
        try checkFiles()
    }

    private static func open(_ location: SQLiteLocation, _ isReadOnly: Bool) throws(DatabaseError) -> OpaquePointer {
        let path: String
        switch location {
        case .memory:
            path = ":memory:"
        case .file(let file) where isReadOnly:
            path = readOnlyURI(of: file)
        case .file(let file):
            try SQLiteFile.createIfMissing(file)
            // A relative path that starts with a colon or with "file:" means something else to SQLite.
            path = file.hasPrefix("/") ? file : "./" + file
        }
        var connection: OpaquePointer?
        // One thread at a time uses the connection: SQLite needs no lock of its own.
        let access = isReadOnly ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE
        let status = sqlite3_open_v2(path, &connection, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard status == SQLITE_OK, let connection else {
            let error = SQLiteErrors.last(of: connection, status: status)
            sqlite3_close_v2(connection)
            let whole = DatabaseError(
                error.code, sqlState: error.sqlState, "\(location) cannot be opened: \(error.message)")
            if case .file(let path) = location { throw explained(whole, path: path) }
            throw whole
        }
        return connection
    }

    /// A file that is only read. While nobody has it open there is no log beside it, and SQLite would make one, even to read:
    /// then it is read as what does not change.
    private static func readOnlyURI(of file: String) -> String {
        return "file:" + PercentEncoding.encode(file, keeping: "/")
            + (access(file + "-wal", F_OK) == 0 ? "" : "?immutable=1")
    }

    private func configure(_ limits: DatabaseLimits, _ isReadOnly: Bool) throws(DatabaseError) {
        let (seconds, attoseconds) = limits.busyTimeout.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        sqlite3_busy_timeout(handle, CInt(clamping: milliseconds))
        sqlite3_progress_handler(handle, Self.stepsBetweenLooks, statementIsLate, deadline)
        sqlite3_wal_hook(handle, logHasGrown, hasMovedPages)
        if !isReadOnly { try enableWriteAheadLog(limits) }
        // 16 MiB of pages at most: with SQLite's own 2 MiB, lists of thousands of rows read the file anew each time.
        // What a long transaction has made of the log is given back at the next checkpoint.
        for pragma in [
            "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF", "cache_size = -16384",
            "journal_size_limit = \(Self.longestLog)",
        ] {
            _ = try run("PRAGMA \(pragma)", timeout: limits.queryTimeout)
        }
    }

    /// Two processes that start at once may both want to change the journal's mode, and SQLite does not wait for the
    /// lock then: it is tried again until the busy time-out has passed.
    private func enableWriteAheadLog(_ limits: DatabaseLimits) throws(DatabaseError) {
        let end = ContinuousClock.now + limits.busyTimeout
        while true {
            do throws(DatabaseError) {
                _ = try run("PRAGMA journal_mode = WAL", timeout: limits.queryTimeout)
                return
            } catch  where error.code == .busy && ContinuousClock.now < end {
                usleep(10_000)
            }
        }
    }
}

/// SQLite's progress handler, called on the connection's thread while a statement runs: whether it is to stop.
private func statementIsLate(_ argument: UnsafeMutableRawPointer?) -> CInt {
    guard let argument else { return 0 }
    return ContinuousClock.now > argument.assumingMemoryBound(to: ContinuousClock.Instant.self).pointee ? 1 : 0
}

/// SQLite's hook after a commit, called on the connection's thread: moves a long log's pages to the file, as SQLite does
/// where there is no hook, and notes that. What keeps it from doing so now is no error of the commit.
private func logHasGrown(
    _ argument: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ pages: CInt
) -> CInt {
    guard pages >= pagesOfALongLog, let argument else { return SQLITE_OK }
    argument.assumingMemoryBound(to: Bool.self).pointee = true
    sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    return SQLITE_OK
}

/// SQLite's own number (`SQLITE_DEFAULT_WAL_AUTOCHECKPOINT`).
private let pagesOfALongLog: CInt = 1000
