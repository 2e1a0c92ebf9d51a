import Database
import ServiceLifecycle

/// Hears from the database that sessions were ended, wherever that was, and has them read anew. While nothing is heard, a
/// session is read again after `sessions.cache_ttl`.
struct SessionNoticeWatch: Service {
    /// PostgreSQL's channel. It belongs to migrations that were released: it does not change.
    static let channel = "w2f_session"

    let database: any Database
    let store: SessionStore

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await notice in database.notices(on: Self.channel) {
                switch notice {
                case .listening, .changed: await store.forgetAll()
                case .lost: break
                }
            }
        }
        // The stream ends with the database; this service ends with the process.
        try? await gracefulShutdown()
    }
}
