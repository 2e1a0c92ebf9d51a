import Database
import Logging
import ServiceLifecycle

/// Takes out of the database what is too old to be kept: at the start, and every hour. Any number of replicas may do so.
struct Housekeeping: Service {
    /// No key: how long things are kept is asked for in days, to which an hour adds nothing.
    private static let interval = Duration.seconds(3600)

    let database: any Database
    /// `tokens.history_retention`.
    let historyRetention: Duration
    /// `deliveries.writer_retention`. A writer of deliveries that has been silent for so long is a process that died: it
    /// writes at least its last batch again within `deliveries.retry_max`.
    let writerRetention: Duration
    /// `sessions.idle_timeout`.
    var sessionIdleTimeout = SessionRules().idleTimeout
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await tidy(now: .now())
                } catch {
                    logger.warning("old entries stay in the database for now", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
        // Whoever is cancelled is done; whoever is not ends with the process.
        try? await gracefulShutdown()
    }

    /// - Throws: `DatabaseError`.
    func tidy(now: UnixTime) async throws {
        try await database.query(
            "DELETE FROM token_history WHERE at < $1",
            [.integer(now.advanced(by: .zero - historyRetention).milliseconds)])
        try await database.query(
            "DELETE FROM delivery_writer WHERE written_at < $1",
            [.integer(now.advanced(by: .zero - writerRetention).milliseconds)])
        for statement in FormLedger.tidying(now: now) { try await database.query(statement) }
        try await SessionTable.sweep(database, now: now, idleTimeout: sessionIdleTimeout)
    }
}
