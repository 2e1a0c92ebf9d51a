import Glibc
import Testing

@testable import Database

/// What only SQLite has: its file, its settings, and other processes' locks.
@Suite struct SQLiteTests {
    private static func path(_ place: TestDatabase) throws -> String {
        guard case .sqlite(.file(let path)) = place.url else {
            throw DatabaseError(.other, "not a file: \(place.url)")
        }
        return path
    }

    private static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    @Test func `the files are the owners only`() async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let path = try Self.path(place)
            let mask = umask(0)
            let database = try await place.open()
            try await database.query("CREATE TABLE t (id BIGINT)")
            umask(mask)
            for suffix in ["", "-wal", "-shm"] {
                #expect(Self.mode(path + suffix) == 0o600, "\(suffix)")
            }
            await database.close()
        }
    }

    /// It is read beside whoever has it open, or alone; nothing is made, and nothing can be written.
    @Test func `only read`() async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let path = try Self.path(place)
            func open() async throws -> any Database {
                try await place.url.open(
                    loop: TestDatabase.loop.get(), limits: TestDatabase.limits, isReadOnly: true,
                    logger: TestDatabase.logger)
            }
            #expect(await code { _ = try await open() } == .unavailable)
            #expect(Self.mode(path) == nil)
            let writer = try await place.open()
            try await writer.query("CREATE TABLE t (id BIGINT)")
            try await writer.query("INSERT INTO t (id) VALUES (7)")
            for isAlone in [false, true] {
                if isAlone { await writer.close() }
                let reader = try await open()
                #expect(try await reader.query("SELECT id FROM t").rows.map(\.values) == [[7]])
                await #expect(throws: DatabaseError.self) { try await reader.query("DELETE FROM t") }
                #expect((Self.mode(path + "-wal") == nil) == isAlone)
                await reader.close()
            }
            #expect(Self.mode(path + "-wal") == nil && Self.mode(path + "-shm") == nil)
        }
    }

    @Test func `it is durable and strict`() async throws {
        try await TestDatabase.with(.sqliteFile) { database in
            let expected: [(String, SQLValue)] = [
                ("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000),
                ("trusted_schema", 0), ("journal_size_limit", 67_108_864),
            ]
            for (name, value) in expected {
                let found = try await database.query("PRAGMA \(name)").rows.first?[0]
                #expect(found == value, "\(name)")
            }
        }
    }

    @Test func `what was committed is there after opening again`() async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let first = try await place.open()
            try await first.query("CREATE TABLE t (id BIGINT)")
            try await first.withTransaction { try await $0.query("INSERT INTO t (id) VALUES (7)") }
            await first.close()
            let second = try await place.open()
            #expect(try await second.query("SELECT id FROM t").rows.map(\.values) == [[7]])
            await second.close()
        }
    }

    @Test func `anothers lock is busy after its time`() async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            var limits = TestDatabase.limits
            limits.busyTimeout = .milliseconds(50)
            let first = try await place.open()
            let second = try await place.open(limits: limits)
            try await first.query("CREATE TABLE t (id BIGINT)")
            let value = try await first.withTransaction { connection in
                try await connection.query("INSERT INTO t (id) VALUES (1)")
                // Reading goes on, and sees what was committed.
                #expect(try await second.query("SELECT id FROM t").rows.count == 0)
                #expect(await code { try await second.query("INSERT INTO t (id) VALUES (2)") } == .busy)
                #expect(await code { try await second.withTransaction { _ in } } == .busy)
                return 1
            }
            #expect(value == 1)
            try await second.query("INSERT INTO t (id) VALUES (2)")
            #expect(try await first.query("SELECT id FROM t").rows.count == 2)
            await first.close()
            await second.close()
        }
    }

    @Test func `changes of others show in data version`() async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let first = try await place.open()
            let second = try await place.open()
            try await first.query("CREATE TABLE t (id BIGINT)")
            let before = try await second.query("PRAGMA data_version").rows
            #expect(try await second.query("PRAGMA data_version").rows == before)
            try await first.query("INSERT INTO t (id) VALUES (1)")
            #expect(try await second.query("PRAGMA data_version").rows != before)
            await first.close()
            await second.close()
        }
    }

    @Test func `an idle transaction does not hold up the others forever`() async throws {
        var limits = TestDatabase.limits
        limits.transactionIdleTimeout = .milliseconds(50)
        try await TestDatabase.with(.sqliteMemory, limits: limits) { database in
            try await database.query("CREATE TABLE t (id BIGINT)")
            let code = await code {
                try await database.withTransaction { connection in
                    try await connection.query("INSERT INTO t (id) VALUES (1)")
                    // Runs only when the transaction is out of the way.
                    #expect(try await database.query("SELECT id FROM t").rows.isEmpty)
                }
            }
            #expect(code == .other)
        }
    }

    @Test func `what is no database is an error with a remedy`() async throws {
        let missing = await failure {
            _ = try await SQLiteDatabase.open(.file(path: "/no/such/folder/x.db"), loop: TestDatabase.loop.get())
        }
        #expect(missing?.code == .configuration)
        #expect(missing?.message.contains("the folder /no/such/folder is not there: make it") == true)
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let path = try Self.path(place)
            let file = try #require(fopen(path, "w"))
            fputs("This is a text, and long enough to have no header of a database in it.\n", file)
            fclose(file)
            let text = await failure { _ = try await place.open() }
            #expect(text?.code == .corrupt)
            #expect(text?.message.contains("\(path) is no database of SQLite's: name another file") == true)
            unlink(path)
            mkdir(path, 0o700)
            let folder = await failure { _ = try await place.open() }
            #expect(folder?.message.contains("\(path) is a folder: name a file") == true)
            rmdir(path)
            symlink("/no/such/folder/x.db", path)
            #expect(await failure { _ = try await place.open() }?.code == .unavailable)
        }
    }

    @Test func `anothers lock is named with what to do`() async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            var limits = TestDatabase.limits
            limits.busyTimeout = .milliseconds(20)
            let (first, second) = (try await place.open(), try await place.open(limits: limits))
            try await first.query("CREATE TABLE t (id BIGINT)")
            let path = try Self.path(place)
            try await first.withTransaction { connection in
                try await connection.query("INSERT INTO t (id) VALUES (1)")
                let error = await failure { try await second.query("INSERT INTO t (id) VALUES (2)") }
                #expect(error?.code == .busy)
                #expect(error?.message.contains("another process holds the lock of \(path)") == true)
            }
            await first.close()
            await second.close()
        }
    }

    // MARK: The file, removed or replaced

    /// What is done to the files of an open database.
    enum Event: CaseIterable {
        case removed, renamed, replaced, emptied, logRemoved
    }

    private static func write(_ bytes: [UInt8], over path: String) throws {
        let file = try #require(fopen(path, "w"))
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        return bytes
    }

    @Test(arguments: Event.allCases) func `a file that is not the same counts no more`(_ event: Event) async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let path = try Self.path(place)
            let database = try await place.open()
            try await database.query("CREATE TABLE t (id BIGINT)")
            try await database.query("INSERT INTO t (id) VALUES (7)")
            switch event {
            case .removed: unlink(path)
            case .renamed: rename(path, path + ".old")
            case .replaced:
                rename(path, path + ".old")
                fclose(fopen(path, "w"))
            case .logRemoved: rename(path + "-wal", path + ".old")
            case .emptied:
                try await database.query("PRAGMA wal_checkpoint(TRUNCATE)")
                try Self.write(Self.read(path), over: path + ".old")
                truncate(path, 0)
            }
            let read = await failure { try await database.query("SELECT id FROM t") }
            #expect(read?.code == .replaced)
            #expect(read?.message.contains("put the file back, or restart the server") == true)
            #expect(await code { try await database.query("INSERT INTO t (id) VALUES (8)") } == .replaced)
            #expect(await code { try await database.batch([SQLStatement("DELETE FROM t")]) } == .replaced)
            let transaction = await code {
                _ = try await database.withTransaction { try await $0.query("DELETE FROM t") }
            }
            #expect(transaction == .replaced)
            #expect(await code { try await database.ping() } == .replaced)
            if event == .emptied {
                try Self.write(Self.read(path + ".old"), over: path)
                #expect(try await database.query("SELECT id FROM t").rows.map(\.values) == [[7]])
            } else if event != .removed {
                rename(path + ".old", event == .logRemoved ? path + "-wal" : path)
                #expect(try await database.query("SELECT id FROM t").rows.map(\.values) == [[7]])
            }
            await database.close()
            unlink(path + ".old")
        }
    }

    /// A backup is copied over the file, which stays the same one, and SQLite does not notice.
    @Test func `a file that is overwritten is read anew`() async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let path = try Self.path(place)
            let database = try await place.open()
            try await database.query("CREATE TABLE t (id BIGINT)")
            try await database.query("INSERT INTO t (id) VALUES (7)")
            try await database.query("PRAGMA wal_checkpoint(TRUNCATE)")
            let backup = try Self.read(path)
            try await database.query("UPDATE t SET id = 8")
            try await database.query("PRAGMA wal_checkpoint(TRUNCATE)")
            #expect(try await database.query("SELECT id FROM t").rows.map(\.values) == [[8]])
            try Self.write(backup, over: path)
            #expect(try await database.query("SELECT id FROM t").rows.map(\.values) == [[7]])
            await database.close()
        }
    }

    /// Whoever watches is told of it, also where the statement that came first has read it anew already; but not of what
    /// this connection moves from the log to the file itself.
    @Test func `whoever watches is told what is overwritten`() async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            var limits = TestDatabase.limits
            limits.pollInterval = .milliseconds(1)
            let path = try Self.path(place)
            let database = try await place.open(limits: limits)
            try await database.query("CREATE TABLE t (text TEXT)")
            // SQLite's hook does not tell of a checkpoint that is asked for: it stands for another process's.
            var changes = 0
            for await notice in database.notices(on: "x") where notice == .changed(payload: nil) {
                changes += 1
                // The first one comes with the first look, which has nothing to compare with.
                guard changes == 1 else {
                    #expect(changes == 2)
                    await database.close()
                    continue
                }
                let before = try Self.read(path).count
                for _ in 0..<3 {
                    let long = String(repeating: "x", count: 1500 << 12)
                    try await database.query("INSERT INTO t (text) VALUES ($1)", [.text(long)])
                    for _ in 0..<50 { try await database.query("SELECT count(text) FROM t") }
                }
                var status = stat()
                #expect(stat(path, &status) == 0 && Int(status.st_size) > before, "the log was moved to the file")
                // That was no news: this is, and no more than once.
                try await database.query("INSERT INTO t (text) VALUES ('short')")
                try await database.query("PRAGMA wal_checkpoint(TRUNCATE)")
                for _ in 0..<50 { try await database.query("SELECT count(text) FROM t") }
            }
            #expect(changes == 2)
        }
    }

    @Test func `a transaction is not committed into a file that is gone`() async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let path = try Self.path(place)
            let database = try await place.open()
            try await database.query("CREATE TABLE t (id BIGINT)")
            let code = await code {
                try await database.withTransaction { connection in
                    try await connection.query("INSERT INTO t (id) VALUES (1)")
                    rename(path, path + ".old")
                }
            }
            #expect(code == .replaced)
            rename(path + ".old", path)
            #expect(try await database.query("SELECT id FROM t").rows.isEmpty)
            await database.close()
        }
    }

    @Test func `whoever watches is told of it`() async throws {
        try await TestDatabase.withPlace(.sqliteFile) { place in
            var limits = TestDatabase.limits
            limits.pollInterval = .milliseconds(5)
            let path = try Self.path(place)
            let database = try await place.open(limits: limits)
            var isGone = false
            for await notice in database.notices(on: "x") {
                switch notice {
                case .listening where !isGone:
                    rename(path, path + ".old")
                    isGone = true
                case .lost(let error):
                    #expect(error.code == .replaced)
                    rename(path + ".old", path)
                    await database.close()
                default: break
                }
            }
            #expect(isGone)
        }
    }
}
