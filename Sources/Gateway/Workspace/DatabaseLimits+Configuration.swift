import Database
import EventLoop

extension DatabaseLimits {
    /// The bounds and times of `[database]`.
    public init(_ configuration: DatabaseConfiguration) {
        self.init()
        connections = configuration.poolSize
        waiters = configuration.maxWaiters
        acquireTimeout = configuration.waitTimeout
        queryTimeout = configuration.queryTimeout
        migrationTimeout = configuration.migrationTimeout
        connectTimeout = configuration.connectTimeout
        idleTimeout = configuration.idleTimeout
        maxLifetime = configuration.maxLifetime
        closeTimeout = configuration.closeTimeout
        backoff = Backoff(first: configuration.reconnectMin, longest: configuration.reconnectMax)
        preparedStatements = configuration.statementCache
        batchStatements = configuration.batchStatements
        listenHeartbeat = configuration.listenHeartbeat
        pollInterval = configuration.pollInterval
        notices = configuration.maxNotices
        busyTimeout = configuration.busyTimeout
        transactionIdleTimeout = configuration.transactionIdleTimeout
    }
}
