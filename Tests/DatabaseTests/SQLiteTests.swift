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

    @Test func theFilesAreTheOwnersOnly() async throws {
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
    @Test func onlyRead() async throws {
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

    @Test func itIsDurableAndStrict() async throws {
        try await TestDatabase.with(.sqliteFile) { database in
            let expected: [(String, SQLValue)] = [
                ("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000),
                ("trusted_schema", 0),
            ]
            for (name, value) in expected {
                let found = try await database.query("PRAGMA \(name)").rows.first?[0]
                #expect(found == value, "\(name)")
            }
        }
    }

    @Test func whatWasCommittedIsThereAfterOpeningAgain() async throws {
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

    @Test func anothersLockIsBusyAfterItsTime() async throws {
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

    @Test func changesOfOthersShowInDataVersion() async throws {
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

    @Test func anIdleTransactionDoesNotHoldUpTheOthersForever() async throws {
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

    @Test func whatIsNoDatabaseIsAnError() async throws {
        #expect(
            await code {
                _ = try await SQLiteDatabase.open(.file(path: "/no/such/folder/x.db"), loop: TestDatabase.loop.get())
            } == .configuration)
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let file = try #require(fopen(try Self.path(place), "w"))
            fputs("This is a text, and long enough to have no header of a database in it.\n", file)
            fclose(file)
            #expect(await code { _ = try await place.open() } == .corrupt)
        }
    }
}
