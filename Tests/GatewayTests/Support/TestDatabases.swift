import Database
import EventLoop
import Foundation
import Logging

@testable import Gateway

/// The databases to run a test on: SQLite in memory, and PostgreSQL where `W2F_TEST_POSTGRES_URL` holds the address of
/// one in which schemas may be made.
enum TestDatabases: String, CaseIterable, Sendable {
    case sqlite
    case postgresql

    static let loop = Result { try EventLoop.start(name: "tokens-test") }
    static var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    static var all: [TestDatabases] {
        address == nil ? [.sqlite] : [.sqlite, .postgresql]
    }

    private static var address: String? { ProcessInfo.processInfo.environment["W2F_TEST_POSTGRES_URL"] }

    /// Runs `body` on a new database with the gateway's tables, and clears up.
    func withStore(_ body: (TestStore) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            try await Self.finish(TestStore.database()) { try await body(TestStore(database: $0)) }
        case .postgresql:
            try await Self.withSchema { url in
                try await Self.finish(Self.open(url)) { database in
                    try await Migrator.migrate(database, migrations: GatewayMigrations.all)
                    try await body(TestStore(database: database))
                }
            }
        }
    }

    /// Runs `body` with the address of an empty schema on PostgreSQL, if there is one.
    static func withSchema(_ body: (String) async throws -> Void) async throws {
        guard let address else { return }
        let schema = "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        try await finish(open(address)) { admin in
            try await admin.query("CREATE SCHEMA \(schema)")
            let separator = address.contains("?") ? "&" : "?"
            let result = await caught { try await body("\(address)\(separator)options=-csearch_path%3D\(schema)") }
            try await admin.query("DROP SCHEMA \(schema) CASCADE")
            try result.get()
        }
    }

    static func open(_ address: String) async throws -> any Database {
        try await DatabaseURL.parse(address).open(loop: loop.get(), logger: logger)
    }

    private static func finish(_ database: any Database, _ body: (any Database) async throws -> Void) async throws {
        let result = await caught { try await body(database) }
        await database.close()
        try result.get()
    }

    private static func caught(_ body: () async throws -> Void) async -> Result<Void, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
