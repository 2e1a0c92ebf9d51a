/// `[database]`: where tokens and all else are kept.
public struct DatabaseConfiguration: ConfigurationSection {
    /// `sqlite:PATH` or `postgresql://…`; nil until the configuration was loaded.
    public var url: String?
    /// Connections to PostgreSQL.
    public var poolSize = 8
    /// Callers that wait for a connection.
    public var maxWaiters = 1024
    /// The longest wait for a connection.
    public var waitTimeout = Duration.seconds(10)
    /// The longest time of one statement.
    public var queryTimeout = Duration.seconds(15)
    /// The longest time of one statement of a migration.
    public var migrationTimeout = Duration.seconds(600)
    /// The longest time of making a connection.
    public var connectTimeout = Duration.seconds(5)
    /// A connection unused for this long is closed.
    public var idleTimeout = Duration.seconds(600)
    /// A connection this old is closed when it is free.
    public var maxLifetime = Duration.seconds(3600)
    /// The first pause before connecting again.
    public var reconnectMin = Duration.milliseconds(100)
    /// The longest pause before connecting again.
    public var reconnectMax = Duration.seconds(10)
    /// Prepared statements a connection.
    public var statementCache = 128
    /// Statements that are sent together.
    public var batchStatements = 1000
    /// The number of times that the connection that listens for changes is asked whether it lives.
    public var listenHeartbeat = Duration.seconds(5)
    /// The number of times that SQLite's file is looked at for changes by other processes.
    public var pollInterval = Duration.milliseconds(250)
    /// Notices of changes that wait to be heard.
    public var maxNotices = 1024
    /// The time that SQLite waits for another process's lock.
    public var busyTimeout = Duration.seconds(5)
    /// The time that a SQLite transaction may be idle between two statements.
    public var transactionIdleTimeout = Duration.seconds(30)
    /// The time that closing waits for what still runs.
    public var closeTimeout = Duration.seconds(5)

    /// The defaults.
    public init() {}

    static let documentation = ["The database: SQLite for one server, PostgreSQL for several."]

    static let keys =
        poolKeys + [
            key(
                "statement_cache", \.statementCache, .integer(0...100_000),
                "Prepared statements a connection; 0 prepares none. A pooler that shares connections is noticed, and none are "
                    + "used."),
            key(
                "max_batch", \.batchStatements, .integer(1...100_000),
                "Statements that are sent together, in one transaction."
            ),
            key(
                "listen_heartbeat", \.listenHeartbeat, .duration(.milliseconds(100) ... .seconds(3600)),
                "How often a notice of the server's own proves that PostgreSQL's notices of changed tokens arrive, and how long "
                    + "it may take; two in a row that don't come in time mean that notices don't. With a pooler that "
                    + "shares connections between transactions they never do; cache.stale_after counts then."),
            key(
                "poll_interval", \.pollInterval, .duration(.milliseconds(10) ... .seconds(60)),
                "How often SQLite's file is looked at for changes by other processes."),
            key(
                "max_notices", \.maxNotices, .integer(2...1_000_000),
                "Notices of changed tokens that wait to be heard; above that, all tokens are read again."),
            key(
                "busy_timeout", \.busyTimeout, .duration(.zero ... .seconds(300)),
                "How long SQLite waits for another process's lock."),
            key(
                "transaction_idle_timeout", \.transactionIdleTimeout, .duration(.milliseconds(100) ... .seconds(3600)),
                "How long a SQLite transaction may be idle between two statements before it is rolled back."),
            key(
                "close_timeout", \.closeTimeout, .duration(.zero ... .seconds(300)),
                "How long a shutdown waits for what still runs."),
        ]

    private static let poolKeys = [
        key(
            "url", \.url, .optionalString("a URL"), secret: true,
            "\"sqlite:PATH\" or \"postgresql://user:password@host/name\" (better by W2F_DATABASE_URL_FILE), with libpq's "
                + "options: several hosts, target_session_attrs, sslmode, sslrootcert and so on. By default "
                + "webhook2fedmsg.db in state_dir."),
        key("pool_size", \.poolSize, .integer(1...1000), "Connections to PostgreSQL; SQLite always has one."),
        key(
            "max_waiters", \.maxWaiters, .integer(1...1_000_000),
            "Callers that wait for a connection, or in SQLite's queue; further ones fail at once."),
        key(
            "wait_timeout", \.waitTimeout, .duration(.milliseconds(10) ... .seconds(300)),
            "The longest wait for a connection; not shorter than connect_timeout."),
        key(
            "query_timeout", \.queryTimeout, .duration(.milliseconds(10) ... .seconds(3600)),
            "The longest time of one statement."),
        key(
            "connect_timeout", \.connectTimeout, .duration(.milliseconds(10) ... .seconds(300)),
            "The longest time of making a connection, login included; each of several hosts has its share. The URL's "
                + "connect_timeout goes above it."),
        key(
            "migration_timeout", \.migrationTimeout, .duration(.seconds(1) ... .seconds(86_400)),
            "The longest time of one statement of a migration, the wait for another server's migration included."),
        key(
            "idle_timeout", \.idleTimeout, .duration(.seconds(1) ... .seconds(604_800)),
            "A connection that nobody used for this long is closed."),
        key(
            "max_lifetime", \.maxLifetime, .duration(.seconds(1) ... .seconds(604_800)),
            "A connection this old is closed when it is free, so that connections follow a failover."),
        key(
            "reconnect_min", \.reconnectMin, .duration(.milliseconds(10) ... .seconds(3600)),
            "The first pause before connecting again; it doubles each time."),
        key(
            "reconnect_max", \.reconnectMax, .duration(.milliseconds(10) ... .seconds(3600)),
            "The longest pause before connecting again."),
    ]
}
