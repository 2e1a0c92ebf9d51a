import Database
import Logging
import ServiceLifecycle

/// Hears from the database which tokens other replicas and commands change, and passes it on, for as long as the process
/// runs.
struct TokenNoticeWatch: Service {
    /// PostgreSQL's channel. It belongs to migrations that were released: it does not change.
    static let channel = "w2f_token"

    let database: any Database
    let notices: TokenNotices

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await notice in database.notices(on: Self.channel) { await notices.tell(TokenNotice(notice)) }
        }
        // The stream ends with the database; this service ends with the process.
        try? await gracefulShutdown()
    }
}

extension TokenNotice {
    /// What a notice on the channel means.
    init(_ notice: DatabaseNotice) {
        switch notice {
        case .listening: self = .watching
        case .lost: self = .unwatched
        case .changed(let payload): self = payload.flatMap { TokenID($0) }.map { .token($0) } ?? .everything
        }
    }
}
