import Glibc
import Testing

/// The databases that the conformance tests run on: SQLite always, PostgreSQL where `W2F_TEST_POSTGRES_URL` names one.
enum TestDriver: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqliteFile, sqliteMemory, postgresql

    static let postgresURL = getenv("W2F_TEST_POSTGRES_URL").map { String(cString: $0) }

    /// Those that can be tested here.
    static var available: [TestDriver] { allCases.filter { $0 != .postgresql || postgresURL != nil } }

    /// Those on which two processes can meet.
    static var shared: [TestDriver] { available.filter { $0 != .sqliteMemory } }

    var testDescription: String { rawValue }
}
