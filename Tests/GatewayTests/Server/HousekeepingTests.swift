import Database
import Logging
import Testing

@testable import Gateway

@Suite struct HousekeepingTests {
    @Test func `what is too old goes and nothing else`() async throws {
        let database = try await TestStore.database()
        let day = Int64(86_400_000)
        for (name, at) in [("old", 1 * day), ("young", 95 * day)] {
            try await database.query(
                """
                INSERT INTO token_history (token, token_name, at, by_admin, event, detail)
                VALUES ($1, $1, $2, 0, 'created', '')
                """, [.text(name), .integer(at)])
            try await database.query(
                "INSERT INTO delivery_writer (writer, batch, written_at) VALUES ($1, 1, $2)",
                [.text(name), .integer(at)])
        }
        try await database.query(
            "INSERT INTO delivery_writer (writer, batch, written_at) VALUES ('silent', 1, $1)", [.integer(80 * day)])
        let keeper = Housekeeping(
            database: database, historyRetention: .seconds(10 * 86_400), writerRetention: .seconds(30 * 86_400),
            logger: Logger(label: "test"))
        try await keeper.tidy(now: UnixTime(milliseconds: 100 * day))
        #expect(
            try await database.query("SELECT token FROM token_history").rows.map { try $0.text("token") } == ["young"])
        #expect(
            try await database.query("SELECT writer FROM delivery_writer ORDER BY writer").rows.map {
                try $0.text("writer")
            } == ["silent", "young"])
        await database.close()
    }

    @Test func `sessions that are over go`() async throws {
        let database = try await TestStore.database()
        let hour = Int64(3_600_000)
        let sessions: [(name: String, seen: Int64, end: Int64)] = [
            ("busy", 99, 200), ("idle", 80, 200), ("over", 99, 100), ("fresh", 100, 101),
        ]
        for session in sessions {
            try await database.query(
                """
                INSERT INTO session (id_hash, handle, account, subject, group_names, is_development, created_at,
                    authenticated_at, seen_at, rights_at, refresh_after, lease_until, expires_at)
                VALUES ($1, $2, 'alice', '', '', 0, 0, 0, $3, 0, 0, 0, $4)
                """,
                [
                    .blob(Array(session.name.utf8)), .text(session.name), .integer(session.seen * hour),
                    .integer(session.end * hour),
                ])
        }
        for (name, end) in [("used", Int64(100)), ("under way", 101)] {
            try await database.query(
                "INSERT INTO used_login (state_hash, expires_at) VALUES ($1, $2)",
                [.blob(Array(name.utf8)), .integer(end * hour)])
        }
        let keeper = Housekeeping(
            database: database, historyRetention: .seconds(1), writerRetention: .seconds(1),
            sessionIdleTimeout: .seconds(12 * 3600), logger: Logger(label: "test"))
        try await keeper.tidy(now: UnixTime(milliseconds: 100 * hour))
        let kept = try await database.query("SELECT handle FROM session ORDER BY handle").rows
        #expect(try kept.map { try $0.text("handle") } == ["busy", "fresh"])
        let logins = try await database.query("SELECT state_hash FROM used_login").rows
        #expect(try logins.map { try $0.blob("state_hash") } == [Array("under way".utf8)])
        await database.close()
    }
}
