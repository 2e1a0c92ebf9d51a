import Database

extension DatabaseLimits {
    /// The limits of `[database]`.
    init(_ database: DatabaseConfiguration) {
        self.init()
        connections = database.poolSize
        waiters = database.maxWaiters
        acquireTimeout = database.waitTimeout
        queryTimeout = database.queryTimeout
        connectTimeout = database.connectTimeout
        idleTimeout = database.idleTimeout
        maxLifetime = database.maxLifetime
        closeTimeout = database.closeTimeout
        backoff = Backoff(first: database.reconnectMin, longest: database.reconnectMax)
        preparedStatements = database.statementCache
        busyTimeout = database.busyTimeout
        transactionIdleTimeout = database.transactionIdleTimeout
    }
}
