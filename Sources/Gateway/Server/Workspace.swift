import Database
import EventLoop
import Logging

/// What the server and the commands work on: the database, brought up to date, and the keys that belong to it.
public struct Workspace: Sendable {
    /// Open, with all migrations applied.
    public let database: any Database
    /// Derived from the root key, which was checked against the database.
    public let keys: KeyRing
    /// The tokens in the database.
    public var tokens: TokenStore { TokenStore(database: database, keys: keys) }

    /// Opens the database, applies what migrations are due, and reads the root key; the first time, on a machine that
    /// nobody else reaches, it makes database and key.
    ///
    /// - Throws: `DatabaseError`, `RootKeyError`, `SettingsError`: each says what to do.
    public static func open(
        _ configuration: Configuration, loop: EventLoop, logger: Logger
    ) async throws -> Workspace {
        try StateDirectory.create(configuration.general.stateDirectory)
        let database = try await openDatabase(configuration, loop: loop, logger: logger)
        do {
            for migration in try await Migrator.migrate(database, migrations: GatewaySchema.migrations) {
                logger.notice("migrated the database", metadata: ["migration": "\(migration.name)"])
            }
            let keys = try await openKeys(configuration, database: database, logger: logger)
            return Workspace(database: database, keys: keys)
        } catch {
            await database.close()
            throw error
        }
    }

    /// Brings the database up to date and closes it.
    /// - Returns: the names of the migrations that were applied.
    /// - Throws: `DatabaseError`, `StreamError`.
    public static func migrate(_ configuration: Configuration, logger: Logger) async throws -> [String] {
        try StateDirectory.create(configuration.general.stateDirectory)
        let loop = try EventLoop.start(name: "migrate")
        let database = try await openDatabase(configuration, loop: loop, logger: logger)
        do {
            let applied = try await Migrator.migrate(database, migrations: GatewaySchema.migrations)
            await database.close()
            return applied.map(\.name)
        } catch {
            await database.close()
            throw error
        }
    }

    private static func openDatabase(
        _ configuration: Configuration, loop: EventLoop, logger: Logger
    ) async throws -> any Database {
        let url = try DatabaseURL.parse(configuration.database.url ?? "")
        return try await url.open(loop: loop, limits: DatabaseLimits(configuration.database), logger: logger)
    }

    /// Closes the database.
    public func close() async {
        await database.close()
    }

    private static func openKeys(
        _ configuration: Configuration, database: any Database, logger: Logger
    ) async throws -> KeyRing {
        let file = RootKeyFile(path: configuration.keys.rootKeyFile ?? "")
        let key: RootKey
        if let content = try file.read() {
            for warning in content.warnings { logger.warning("\(warning)") }
            key = content.key
        } else {
            if let id = try await RootKeyCheck.storedKeyID(in: database) {
                throw RootKeyError.missing(path: file.path, reason: .databaseHasKey(id))
            }
            let isAlone = database.dialect == .sqlite && configuration.server.listen.allSatisfy(\.isLoopback)
            guard isAlone else { throw RootKeyError.missing(path: file.path, reason: .notStandalone) }
            key = try file.create()
            logger.notice("made a root key; keep a copy of it", metadata: ["path": "\(file.path)"])
        }
        let keys = try KeyRing(key)
        try await RootKeyCheck.verify(keys, in: database)
        return keys
    }
}
