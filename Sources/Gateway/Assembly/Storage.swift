import Database
import EventLoop
import Logging

/// The storage of the server and the commands: the database with its tables, the keys that belong to it, the tokens.
public struct Storage: Sendable {
    /// The database.
    public let database: any Database
    /// The keys.
    public let keys: KeyRing
    /// The id of the root key in `keys.root_key_file`: the database's current one, but for the time between its being put
    /// there and `keys rotate`.
    public let rootKeyID: String
    /// The channel for changes of tokens.
    public let tokenNotices: TokenNotices
    /// The tokens.
    public let tokens: TokenStore
    /// Remarks on what was made or is odd, in sentences, for the log or the terminal.
    public let notices: [String]

    /// Opens the database, brings its tables up to date, and reads the root key, making what is missing and may be
    /// made. Without a key, or with another database's, it fails.
    ///
    /// - Parameters:
    ///   - loop: Where connections to PostgreSQL live.
    ///   - patience: How long PostgreSQL may take to answer at all; the database's own limits if nil.
    /// - Throws: `DatabaseError`, ``RootKeyError``, `SettingsError`; each says what to do.
    public static func open(
        _ settings: StorageSettings, loop: EventLoop, patience: Duration? = nil, logger: Logger
    ) async throws -> Storage {
        try makeRoom(settings)
        let database = try await settings.database.open(loop: loop, limits: settings.limits, logger: logger)
        do {
            if let patience, database.dialect == .postgresql { try await database.ping(until: .now + patience) }
            return try await prepare(database, settings)
        } catch {
            await database.close()
            throw error
        }
    }

    /// The same for a configuration that was loaded.
    public static func open(
        _ configuration: Configuration, loop: EventLoop, patience: Duration? = nil, logger: Logger
    ) async throws -> Storage {
        try await open(StorageSettings(configuration), loop: loop, patience: patience, logger: logger)
    }

    /// Returns if the database answers, and writes nothing to the log.
    ///
    /// - Throws: `DatabaseError`.
    static func probe(_ configuration: Configuration, loop: EventLoop, patience: Duration) async throws {
        let settings = try StorageSettings(configuration)
        let database = try await settings.database.open(
            loop: loop, limits: settings.limits, logger: Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() })
        let result = await Task { try await database.ping(until: .now + patience) }.result
        await database.close()
        try result.get()
    }

    /// Brings the database's tables up to date, without asking for keys.
    /// - Returns: What was applied, a sentence each.
    /// - Throws: `DatabaseError`, `SettingsError`, `StreamError`.
    public static func migrate(_ configuration: Configuration, logger: Logger) async throws -> [String] {
        let settings = try StorageSettings(configuration)
        try makeRoom(settings)
        let loop = try EventLoop.start(name: "migrate")
        let database = try await settings.database.open(loop: loop, limits: settings.limits, logger: logger)
        let result: Result<[String], any Error>
        do {
            result = .success(try await migrate(database, settings.limits))
        } catch {
            result = .failure(error)
        }
        await database.close()
        return try result.get()
    }

    /// Makes the state folder if it is missing, and sees to it that a new database is not root's in another's folder.
    private static func makeRoom(_ settings: StorageSettings) throws {
        if let directory = settings.stateDirectory { try StateDirectory.create(directory) }
        if case .sqlite(.file(let path)) = settings.database { FolderOwner.makeFile(path) }
    }

    private static func migrate(_ database: any Database, _ limits: DatabaseLimits) async throws -> [String] {
        try await Migrator.migrate(
            database, migrations: GatewayMigrations.all, timeout: limits.migrationTimeout
        ).map { "database: applied migration \($0.version) (\($0.name))" }
    }

    /// Closes the database.
    public func close() async {
        await database.close()
    }

    init(
        database: any Database, keys: KeyRing, rootKeyID: String? = nil, tokenNotices: TokenNotices = TokenNotices(),
        notices: [String]
    ) {
        self.database = database
        self.keys = keys
        self.rootKeyID = rootKeyID ?? keys.keyID
        self.tokenNotices = tokenNotices
        self.notices = notices
        tokens = TokenStore(database: database, keys: keys, hooks: [TokenHistory()], notices: tokenNotices)
    }

    private static func prepare(_ database: any Database, _ settings: StorageSettings) async throws -> Storage {
        let file = RootKeyFile(path: settings.rootKeyPath)
        // The keys first: without one, a new database is not even given its tables.
        var found = try file.read()
        if found == nil, !settings.isStandalone { throw RootKeyError.missing(path: file.path, reason: .notStandalone) }
        let former = try RootKeyFile.readFormer(settings.formerKeyPaths)
        var notices = try await migrate(database, settings.limits)
        if found == nil {
            if let id = try await RootKeyTable.storedKeyID(in: database) {
                // Perhaps another process was in the middle of its first start, and the key is there by now.
                found = try file.read()
                if found == nil { throw RootKeyError.missing(path: file.path, reason: .databaseHasKey(id)) }
            } else {
                found = RootKeyFile.Content(key: try file.create(), warnings: [])
                notices.append("made the root key at \(file.path); keep a copy of it in a safe place")
            }
        }
        guard let found else { throw RootKeyError.missing(path: file.path, reason: .notStandalone) }
        let opened = try await RootKeys(root: found.key, former: former.map(\.key)).open(database)
        let storage = Storage(
            database: database, keys: opened.keys, rootKeyID: found.key.id,
            notices: notices + opened.notices + found.warnings + former.flatMap(\.warnings))
        try await storage.tokens.completeLookupHashes()
        return storage
    }
}

/// The location of database and root key, and whether they may be made.
public struct StorageSettings: Sendable {
    /// The database.
    public var database: DatabaseURL
    /// Its bounds.
    public var limits: DatabaseLimits
    /// The root key's file.
    public var rootKeyPath: String
    /// Files of other root keys that secrets may be sealed under.
    public var formerKeyPaths: [String]
    /// A Boolean value that indicates whether only this machine can reach the server. Then, and with SQLite, a root key
    /// is made if there is none.
    public var isLoopback: Bool
    /// A folder that is made if it is missing, because database or key stand in it by default.
    public var stateDirectory: String?

    /// Settings of one's own.
    public init(
        database: DatabaseURL, limits: DatabaseLimits = DatabaseLimits(), rootKeyPath: String,
        formerKeyPaths: [String] = [], isLoopback: Bool, stateDirectory: String? = nil
    ) {
        self.database = database
        self.limits = limits
        self.rootKeyPath = rootKeyPath
        self.formerKeyPaths = formerKeyPaths
        self.isLoopback = isLoopback
        self.stateDirectory = stateDirectory
    }

    /// Those of a configuration that was loaded.
    ///
    /// - Throws: `DatabaseError` `configuration` if the database's address cannot be read.
    public init(_ configuration: Configuration) throws {
        let directory = configuration.stateDirectory
        let (url, key) = (configuration.databaseURL, configuration.rootKeyFile)
        self.init(
            database: try DatabaseURL.parse(url), limits: configuration.database.limits, rootKeyPath: key,
            formerKeyPaths: configuration.keys.formerKeyFiles,
            isLoopback: configuration.server.listen.allSatisfy(\.isLoopback),
            stateDirectory: "\(url)\n\(key)".contains(directory + "/") ? directory : nil)
    }

    /// A Boolean value that indicates whether the database is a server of its own.
    var isPostgreSQL: Bool {
        if case .postgresql = database { true } else { false }
    }

    /// A Boolean value that indicates whether this may be the only server on its database: SQLite, and reachable from
    /// this machine alone.
    var isStandalone: Bool {
        if case .sqlite = database { isLoopback } else { false }
    }
}
