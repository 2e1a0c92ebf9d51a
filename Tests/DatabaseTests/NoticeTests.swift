import EventLoop
import Glibc
import Testing

@testable import Database

/// Hearing of what others change.
@Suite(.timeLimit(.minutes(2))) struct NoticeTests {
    /// Reads a stream step by step.
    private actor Reader {
        private var iterator: AsyncStream<DatabaseNotice>.Iterator

        init(_ stream: AsyncStream<DatabaseNotice>) {
            iterator = stream.makeAsyncIterator()
        }

        func next() async -> DatabaseNotice? {
            var iterator = iterator
            let notice = await iterator.next(isolation: self)
            self.iterator = iterator
            return notice
        }

        /// Reads until something else than a loss comes.
        func nextAfterLoss() async -> DatabaseNotice? {
            var notice = await next()
            while case .lost = notice { notice = await next() }
            return notice
        }
    }

    @Test func `SQLite tells what other processes change`() async throws {
        var limits = TestDatabase.limits
        limits.pollInterval = .milliseconds(20)
        try await TestDatabase.withPlace(.sqliteFile) { place in
            let other = try await place.open()
            try await other.query("CREATE TABLE t (id BIGINT NOT NULL)")
            let database = try await place.open(limits: limits)
            let reader = Reader(database.notices(on: "any"))
            #expect(await reader.next() == .listening)
            // Its own changes are no news.
            try await database.query("INSERT INTO t (id) VALUES (1)")
            try await Task.sleep(for: .milliseconds(100))
            try await other.query("INSERT INTO t (id) VALUES (2)")
            #expect(await reader.next() == .changed(payload: nil))
            // Reading is no change.
            _ = try await other.query("SELECT id FROM t")
            try await Task.sleep(for: .milliseconds(100))
            try await other.withTransaction { try await $0.query("DELETE FROM t") }
            #expect(await reader.next() == .changed(payload: nil))
            await database.close()
            // A change may be told twice: its log was written back meanwhile.
            var rest = await reader.next()
            while rest == .changed(payload: nil) { rest = await reader.next() }
            #expect(rest == nil)
            // A closed one tells nothing.
            for await _ in database.notices(on: "any") { Issue.record("a notice of a closed database") }
            await other.close()
        }
    }

    private static let isPostgresThere: Bool = TestDriver.postgresURL != nil

    private static func pool(
        _ name: String, heartbeat: Duration = .seconds(10), lifetime: Duration = .seconds(3600)
    ) throws -> PostgresPool {
        var limits = TestDatabase.limits
        limits.backoff = Backoff(first: .milliseconds(20), longest: .milliseconds(200))
        limits.listenHeartbeat = heartbeat
        limits.maxLifetime = lifetime
        let settings = try PostgresSettings(parsing: try #require(TestDriver.postgresURL))
        return PostgresPool(
            settings: settings.with("application_name", name), limits: limits, loop: try TestDatabase.loop.get(),
            logger: TestDatabase.logger)
    }

    @Test(.enabled(if: isPostgresThere, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `notifications come when their transaction is committed`() async throws {
        let channel = "w2f_test_\(getpid())_a"
        let pool = try Self.pool("w2f-notices")
        let reader = Reader(pool.notices(on: channel))
        #expect(await reader.next() == .listening)
        await pool.withTransaction { connection in
            try await connection.query("SELECT pg_notify($1, 'undone')", [.text(channel)])
            throw CancellationError()
        } catch: { _ in
        }
        try await pool.withTransaction { connection in
            try await connection.query("SELECT pg_notify($1, 'first')", [.text(channel)])
        }
        #expect(await reader.next() == .changed(payload: "first"))
        for number in 0..<100 {
            try await pool.query("SELECT pg_notify($1, $2)", [.text(channel), .text("\(number)")])
        }
        for number in 0..<100 { #expect(await reader.next() == .changed(payload: "\(number)")) }
        await pool.close()
        #expect(await reader.next() == nil)
    }

    @Test(.enabled(if: isPostgresThere, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `a connection that is lost is made again`() async throws {
        let (channel, name) = ("w2f_test_\(getpid())_b", "w2f-listener-\(getpid())")
        let pool = try Self.pool(name)
        let other = try Self.pool("w2f-other")
        let reader = Reader(pool.notices(on: channel))
        #expect(await reader.next() == .listening)
        for round in 0..<5 {
            try await other.query(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1",
                [.text(name)])
            #expect(await reader.nextAfterLoss() == .listening)
            try await other.query("SELECT pg_notify($1, $2)", [.text(channel), .text("\(round)")])
            #expect(await reader.next() == .changed(payload: "\(round)"))
        }
        await pool.close()
        await other.close()
    }

    /// A server that hangs keeps the connection open, and says nothing more.
    @Test(.enabled(if: isPostgresThere, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `a connection that hangs is given up`() async throws {
        let (channel, name) = ("w2f_test_\(getpid())_c", "w2f-hanging-\(getpid())")
        let pool = try Self.pool(name, heartbeat: .seconds(2))
        let other = try Self.pool("w2f-other")
        let reader = Reader(pool.notices(on: channel))
        #expect(await reader.nextAfterLoss() == .listening)
        let row = try await other.query(
            "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'LISTEN%'", [.text(name)]
        ).rows.first
        let pid = pid_t(try #require(row).integer("pid"))
        guard kill(pid, SIGSTOP) == 0 else { return }
        defer { kill(pid, SIGCONT) }
        #expect(await reader.nextAfterLoss() == .listening)
        await pool.close()
        await other.close()
    }

    @Test(.enabled(if: isPostgresThere, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `proofs are not told to readers`() async throws {
        let channel = "w2f_test_\(getpid())_e"
        let pool = try Self.pool("w2f-proofs", heartbeat: .milliseconds(200))
        let reader = Reader(pool.notices(on: channel))
        #expect(await reader.nextAfterLoss() == .listening)
        try await Task.sleep(for: .seconds(1))
        var notice: DatabaseNotice? = .listening
        // A slow machine may be too slow for the heartbeat; what is sent while nobody listens does not come.
        while notice == .listening || notice?.isLoss == true {
            if notice == .listening { try await pool.query("SELECT pg_notify($1, 'last')", [.text(channel)]) }
            notice = await reader.next()
        }
        #expect(notice == .changed(payload: "last"))
        await pool.close()
    }

    /// Whoever reads the channel and knows of no proofs would take one for a change.
    @Test(.enabled(if: isPostgresThere, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `proofs have a channel of their own`() async throws {
        let channel = "w2f_test_\(getpid())_h"
        let other = try Self.pool("w2f-other", heartbeat: .seconds(60))
        let proofs = Reader(other.notices(on: "\(channel)_proof"))
        #expect(await proofs.next() == .listening)
        let pool = try Self.pool("w2f-proofs", heartbeat: .seconds(60))
        let reader = Reader(pool.notices(on: channel))
        #expect(await reader.next() == .listening)
        guard case .changed(let proof?) = await proofs.next() else {
            Issue.record("no proof")
            return
        }
        // One that comes on the channel is a payload as any other.
        try await pool.query("SELECT pg_notify($1, $2)", [.text(channel), .text(proof)])
        #expect(await reader.next() == .changed(payload: proof))
        await pool.close()
        await other.close()
    }

    /// All connections are busy for longer than a proof may take: no less is heard for that.
    @Test(.enabled(if: isPostgresThere, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `a busy pool is heard on`() async throws {
        let channel = "w2f_test_\(getpid())_i"
        let pool = try Self.pool("w2f-busy", heartbeat: .milliseconds(2500))
        let other = try Self.pool("w2f-other")
        let reader = Reader(pool.notices(on: channel))
        #expect(await reader.nextAfterLoss() == .listening)
        // The next proof is due within two and a half seconds, and waits until it is missed.
        await withTaskGroup { group in
            for _ in 0..<TestDatabase.limits.connections {
                group.addTask { _ = try? await pool.query("SELECT pg_sleep(5.4)") }
            }
        }
        try await other.query("SELECT pg_notify($1, 'last')", [.text(channel)])
        #expect(await reader.next() == .changed(payload: "last"))
        await pool.close()
        await other.close()
    }

    @Test(.enabled(if: isPostgresThere, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `a connection that is old is made anew`() async throws {
        let channel = "w2f_test_\(getpid())_f"
        let pool = try Self.pool("w2f-old", heartbeat: .milliseconds(500), lifetime: .seconds(1))
        let reader = Reader(pool.notices(on: channel))
        #expect(await reader.nextAfterLoss() == .listening)
        #expect(await reader.next()?.isLoss == true)
        #expect(await reader.nextAfterLoss() == .listening)
        await pool.close()
    }

    /// The pool finds that its server writes nothing any more: what listens follows it to another one.
    @Test(.enabled(if: isPostgresThere, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `a server that became read only is left`() async throws {
        let channel = "w2f_test_\(getpid())_g"
        let pool = try Self.pool("w2f-read-only")
        let reader = Reader(pool.notices(on: channel))
        #expect(await reader.next() == .listening)
        await #expect(throws: DatabaseError.self) {
            try await pool.withTransaction { connection in
                try await connection.query("SET TRANSACTION READ ONLY")
                try await connection.query("CREATE TABLE never (id BIGINT)")
            }
        }
        #expect(await reader.next() == .lost(.readOnlyServer))
        #expect(await reader.nextAfterLoss() == .listening)
        await pool.close()
    }

    @Test(.enabled(if: isPostgresThere, "W2F_TEST_POSTGRES_URL names no PostgreSQL server"))
    func `a reader that goes closes the connection`() async throws {
        let (channel, name) = ("w2f_test_\(getpid())_d", "w2f-leaving-\(getpid())")
        let pool = try Self.pool(name)
        let other = try Self.pool("w2f-other")
        let task = Task {
            for await _ in pool.notices(on: channel) {}
        }
        func connections() async throws -> Int {
            try await other.query(
                "SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'LISTEN%'", [.text(name)]
            ).rows.count
        }
        while try await connections() == 0 { try await Task.sleep(for: .milliseconds(10)) }
        task.cancel()
        await task.value
        while try await connections() > 0 { try await Task.sleep(for: .milliseconds(10)) }
        await pool.close()
        await other.close()
    }
}

extension PostgresPool {
    /// A transaction that is meant to fail.
    fileprivate func withTransaction(
        _ body: @Sendable (any DatabaseConnection) async throws -> Void, catch handle: (any Error) -> Void
    ) async {
        do {
            try await withTransaction(TransactionOptions(), body)
        } catch {
            handle(error)
        }
    }
}

extension DatabaseNotice {
    fileprivate var isLoss: Bool {
        if case .lost = self { true } else { false }
    }
}
