import Testing

@testable import Database

/// What a record of migrations means, without a database.
@Suite struct MigrationPlanTests {
    private static func migration(_ version: Int) -> Migration {
        Migration(version: version, name: "m\(version)") { _ in ["CREATE TABLE t\(version) (id BIGINT)"] }
    }

    private static func applied(_ version: Int) -> MigrationPlan.Applied {
        let migration = migration(version)
        return MigrationPlan.Applied(version: version, name: migration.name, checksum: migration.checksum(.sqlite))
    }

    private static func plan(_ versions: [Int], applied: [Int]) throws(DatabaseError) -> [Int] {
        try MigrationPlan(
            migrations: versions.map(migration), applied: applied.map(Self.applied), dialect: .sqlite
        ).pending.map(\.version)
    }

    @Test func `what is missing at the end is pending`() throws {
        #expect(try Self.plan([], applied: []).isEmpty)
        #expect(try Self.plan([1, 2, 4], applied: []) == [1, 2, 4])
        #expect(try Self.plan([1, 2, 4], applied: [2, 1]) == [4])
        #expect(try Self.plan([1, 2, 4], applied: [1, 2, 4]).isEmpty)
    }

    @Test(arguments: [
        ([1, 2], [1, 2, 3], DatabaseError.Code.schemaTooNew, "migration 3 (m3), and this program's last one is 2"),
        ([], [1], .schemaTooNew, "restore the backup"),
        ([1, 4], [1, 2, 4], .migrationChanged, "has migration 2 (m2), which this program does not have"),
        ([2, 4], [1, 2], .migrationChanged, "has migration 1 (m1), which this program does not have"),
        ([1, 2, 4], [1, 4], .migrationChanged, "migration 2 (m2) was never applied to the database, but 4 (m4)"),
        ([2, 1], [], .configuration, "not in the order of their versions"),
        ([1, 1], [], .configuration, "not in the order of their versions"),
    ])
    func `what does not fit is an error`(
        _ versions: [Int], _ applied: [Int], _ code: DatabaseError.Code, _ text: String
    ) throws {
        let error = #expect(throws: DatabaseError.self) { try Self.plan(versions, applied: applied) }
        #expect(error?.code == code)
        #expect(error?.message.contains(text) == true)
    }
}
