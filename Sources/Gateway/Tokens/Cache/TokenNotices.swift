import EventLoop

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
