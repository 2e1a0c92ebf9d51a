import Database
import EventLoop
import Foundation
import Gateway
import Logging

/// The databases to run a test on: SQLite in memory, and PostgreSQL where `W2F_TEST_POSTGRESQL` holds the address of
/// one in which schemas may be made.
enum TestDatabases: String, CaseIterable, Sendable {
    case sqlite
    case postgresql

    static var all: [TestDatabases] {
        address == nil ? [.sqlite] : [.sqlite, .postgresql]
    }

    private static var address: String? { ProcessInfo.processInfo.environment["W2F_TEST_POSTGRESQL"] }

    /// Runs `body` on a store of its own, and clears up.
    func withStore(_ body: (TestStore) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            let test = try await TestStore()
            try await finish(test.database) { try await body(test) }
        case .postgresql:
            guard let address = Self.address else { return }
            let schema = "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
            let admin = try await Self.open(address)
            try await admin.query("CREATE SCHEMA \(schema)")
            let separator = address.contains("?") ? "&" : "?"
            let database = try await Self.open("\(address)\(separator)options=-csearch_path%3D\(schema)")
            try await finish(database) {
                try await Migrator.migrate(database, migrations: GatewaySchema.migrations)
                try await body(TestStore(database: database))
            }
            try await admin.query("DROP SCHEMA \(schema) CASCADE")
            await admin.close()
        }
    }

    private func finish(_ database: any Database, _ body: () async throws -> Void) async throws {
        let result: Result<Void, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        await database.close()
        try result.get()
    }

    private static func open(_ address: String) async throws -> any Database {
        try await DatabaseURL.parse(address).open(
            loop: EventLoop.start(name: "test-tokens"), logger: Logger(label: "test"))
    }
}
