import Database
import Logging
import Testing

@testable import Gateway

@Suite struct HousekeepingTests {
    @Test func whatIsTooOldGoesAndNothingElse() async throws {
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
}
