import Database
import EventLoop
import Logging
import ServiceLifecycle

/// A notice about changes of tokens, wherever they were made.
public enum TokenNotice: Sendable, Hashable {
    /// This token was made, changed or deleted.
    case token(TokenID)
    /// Any token may have been changed.
    case everything
    /// From now on changes are heard of; some may have been missed before.
    case watching
    /// Changes made elsewhere are not heard of any more.
    case unwatched
}

/// The channel on which changes of tokens are told, and heard by whatever keeps something of tokens in memory.
///
/// The store tells of its own changes as soon as they are committed; those of other processes come from the database
/// (``TokenNoticeWatch``). So a change that this process makes counts before its caller goes on.
public final class TokenNotices: Sendable {
    /// Called with each change, one after the other for those from one source.
    public typealias Listener = @Sendable (TokenNotice) async -> Void

    private let listeners = Locked<[Listener]>([])

    /// Nobody listens yet.
    public init() {}

    /// Has `listener` called from now on, for as long as this object lives. What is told should not be held by it: the store
    /// holds this object, and what keeps tokens holds the store.
    public func listen(_ listener: @escaping Listener) {
        listeners.withLock { $0.append(listener) }
    }

    /// Tells all listeners, and returns when they have heard.
    public func tell(_ change: TokenNotice) async {
        for listener in listeners.withLock({ $0 }) { await listener(change) }
    }
}

/// Hears from the database which tokens other replicas and commands change, and passes it on, for as long as the process
/// runs.
struct TokenNoticeWatch: Service {
    /// PostgreSQL's channel. It belongs to migrations that were released: it does not change.
    static let channel = "w2f_token"

    let database: any Database
    let notices: TokenNotices
    var logger = Logger(label: "webhook2fedmsg")

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var isReplaced = false
            for await notice in database.notices(on: Self.channel) {
                let wasReplaced = isReplaced
                isReplaced = notice.isOfReplacedFile
                if isReplaced, wasReplaced { continue }
                log(notice, after: wasReplaced)
                // What is known of tokens is of a file that does not count any more.
                if isReplaced { await notices.tell(.everything) }
                await notices.tell(TokenNotice(notice))
            }
        }
        // The stream ends with the database; this service ends with the process.
        try? await gracefulShutdown()
    }

    private func log(_ notice: DatabaseNotice, after wasReplaced: Bool) {
        if case .lost(let error) = notice, error.code == .replaced {
            logger.critical("no webhook is accepted", metadata: ["reason": "\(error.message)"])
        } else if wasReplaced {
            logger.notice("the database's file is back")
        }
    }
}

extension DatabaseNotice {
    /// A Boolean value that indicates whether SQLite's file was removed or replaced.
    fileprivate var isOfReplacedFile: Bool {
        if case .lost(let error) = self { error.code == .replaced } else { false }
    }
}

extension TokenNotice {
    /// Returns the meaning of a notice on the channel.
    init(_ notice: DatabaseNotice) {
        switch notice {
        case .listening: self = .watching
        case .lost: self = .unwatched
        case .changed(let payload): self = payload.flatMap { TokenID($0) }.map { .token($0) } ?? .everything
        }
    }
}
