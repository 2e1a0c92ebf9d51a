import Database

/// The location of database and root key, and whether they may be made.
public struct WorkspaceSettings: Sendable {
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
        let url = configuration.database.url ?? "sqlite:\(directory)/webhook2fedmsg.db"
        let key = configuration.keys.rootKeyFile ?? "\(directory)/root.key"
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
