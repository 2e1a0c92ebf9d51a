import Database

/// The database's address and its bounds.
struct DatabaseConfiguration: Sendable {
    /// `sqlite:PATH` or `postgresql://…`; `nil` until the configuration was loaded.
    var url: String?
    /// The bounds of connections and statements.
    var limits = DatabaseLimits()
}

/// The files of root keys.
struct KeysConfiguration: Sendable {
    /// The file that holds the root key; `nil` until the configuration was loaded.
    var rootKeyFile: String?
    /// Files that hold root keys which are, or were, in use besides.
    var formerKeyFiles: [String] = []
}

extension ConfigurationSection {
    /// `[database]`
    static let database = ConfigurationSection(
        "database",
        documentation: ["The database: SQLite for one server, PostgreSQL for several."],
        keys: [
            key(
                "url", \.database.url, .optionalString("a URL"), secret: true,
                "\"sqlite:PATH\" or \"postgresql://user:password@host/name\" (better by W2F_DATABASE_URL_FILE), with "
                    + "libpq's options: several hosts, target_session_attrs, sslmode, sslrootcert and so on. By "
                    + "default webhook2fedmsg.db in state_dir."),
            key(
                "pool_size", \.database.limits.connections, .integer(1...1000),
                "Connections to PostgreSQL; SQLite always has one."),
            key(
                "max_waiters", \.database.limits.waiters, .integer(1...1_000_000),
                "Callers that wait for a connection, or in SQLite's queue; further ones fail at once."),
            key(
                "wait_timeout", \.database.limits.acquireTimeout, .duration(.milliseconds(10) ... .seconds(300)),
                "The longest wait for a connection; not shorter than connect_timeout."),
            key(
                "query_timeout", \.database.limits.queryTimeout, .duration(.milliseconds(10) ... .seconds(3600)),
                "The longest time of one statement."),
            key(
                "connect_timeout", \.database.limits.connectTimeout, .duration(.milliseconds(10) ... .seconds(300)),
                "The longest time of making a connection, login included; each of several hosts has its share. The "
                    + "URL's connect_timeout goes above it."),
            key(
                "migration_timeout", \.database.limits.migrationTimeout, .duration(.seconds(1) ... .seconds(86_400)),
                "The longest time of one statement of a migration, the wait for another server's migration included."),
            key(
                "idle_timeout", \.database.limits.idleTimeout, .duration(.seconds(1) ... .seconds(604_800)),
                "A connection that nobody used for this long is closed."),
            key(
                "max_lifetime", \.database.limits.maxLifetime, .duration(.seconds(1) ... .seconds(604_800)),
                "A connection this old is closed when it is free, so that connections follow a failover."),
            key(
                "reconnect_min", \.database.limits.backoff.first, .duration(.milliseconds(10) ... .seconds(3600)),
                "The first pause before connecting again; it doubles each time."),
            key(
                "reconnect_max", \.database.limits.backoff.longest, .duration(.milliseconds(10) ... .seconds(3600)),
                "The longest pause before connecting again."),
            key(
                "statement_cache", \.database.limits.preparedStatements, .integer(0...100_000),
                "Prepared statements a connection; 0 prepares none. A pooler that shares connections is noticed, and "
                    + "none are used."),
            key(
                "max_batch", \.database.limits.batchStatements, .integer(1...100_000),
                "Statements that are sent together, in one transaction."
            ),
            key(
                "listen_heartbeat", \.database.limits.listenHeartbeat, .duration(.milliseconds(100) ... .seconds(3600)),
                "How often a notice of the server's own proves that PostgreSQL's notices of changed tokens arrive, "
                    + "and how long it may take; two in a row that don't come in time mean that notices don't. With "
                    + "a pooler that shares connections between transactions they never do; cache.stale_after counts "
                    + "then."),
            key(
                "poll_interval", \.database.limits.pollInterval, .duration(.milliseconds(10) ... .seconds(60)),
                "How often SQLite's file is looked at for changes by other processes."),
            key(
                "max_notices", \.database.limits.notices, .integer(2...1_000_000),
                "Notices of changed tokens that wait to be heard; above that, all tokens are read again."),
            key(
                "busy_timeout", \.database.limits.busyTimeout, .duration(.zero ... .seconds(300)),
                "How long SQLite waits for another process's lock."),
            key(
                "transaction_idle_timeout", \.database.limits.transactionIdleTimeout,
                .duration(.milliseconds(100) ... .seconds(3600)),
                "How long a SQLite transaction may be idle between two statements before it is rolled back."),
            key(
                "close_timeout", \.database.limits.closeTimeout, .duration(.zero ... .seconds(300)),
                "How long a shutdown waits for what still runs."),
        ])

    /// `[keys]`
    static let keys = ConfigurationSection(
        "keys",
        documentation: ["The root key, under which secrets are sealed in the database."],
        keys: [
            key(
                "root_key_file", \.keys.rootKeyFile, .optionalString("a path"),
                "The file that holds it. By default root.key in state_dir, made by itself only with SQLite on "
                    + "loopback."),
            key(
                "former_key_files", \.keys.formerKeyFiles, .names("a list of paths, each once"),
                "Files that hold other root keys which secrets may still be sealed under: the former one, during a "
                    + "rotation."
            ),
        ])
}
