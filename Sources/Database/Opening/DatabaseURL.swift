import EventLoop
import Logging

/// The location of the database. Its description never shows a password.
///
/// - `sqlite:PATH` (or `sqlite:///PATH`): a file, made if it is not there
/// - `sqlite::memory:`: gone when it is closed, for tests
/// - `postgresql://…` or `postgres://…`: as libpq takes it
/// - `host=… dbname=…`: libpq's connection string
public enum DatabaseURL: Sendable, Hashable, CustomStringConvertible {
    /// A SQLite database, in a file or in memory.
    case sqlite(SQLiteLocation)
    /// A PostgreSQL database.
    case postgresql(PostgresSettings)

    /// Reads a database's address.
    /// - Throws: `DatabaseError` with the code `configuration`; its text does not quote `text`, which may hold a password.
    public static func parse(_ text: String) throws(DatabaseError) -> DatabaseURL {
        if let rest = text.dropping(prefix: "sqlite:") {
            return .sqlite(try SQLiteLocation(parsing: rest))
        }
        if text.dropping(prefix: "postgresql://") != nil || text.dropping(prefix: "postgres://") != nil
            || text.utf8.contains(UInt8(ascii: "="))
        {
            return .postgresql(try PostgresSettings(parsing: text))
        }
        throw DatabaseError(
            .configuration,
            "the database's address is none of sqlite:PATH, postgresql://USER@HOST/NAME and host=HOST dbname=NAME")
    }

    /// The address without the password.
    public var description: String {
        switch self {
        case .sqlite(let location): location.description
        case .postgresql(let settings): settings.description
        }
    }

    /// Opens the database. PostgreSQL is connected to when it is first asked; SQLite's file is opened, and made, here.
    /// - Parameters:
    ///   - loop: where the connections to PostgreSQL live; SQLite has a thread of its own,
    ///     and uses the loop for its deadlines.
    ///   - isReadOnly: whether SQLite's file is only read: it is not made, and nothing of it is changed.
    public func open(
        loop: EventLoop, limits: DatabaseLimits = DatabaseLimits(), isReadOnly: Bool = false, logger: Logger
    ) async throws -> any Database {
        switch self {
        case .sqlite(let location):
            try await SQLiteDatabase.open(location, limits: limits, isReadOnly: isReadOnly, loop: loop)
        case .postgresql(let settings):
            PostgresPool(settings: settings, limits: limits, loop: loop, logger: logger)
        }
    }
}
