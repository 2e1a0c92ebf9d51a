/// The writing side of one reader's notices. What a slow reader loses is made good by telling it anew how things stand: it
/// then takes everything for changed.
struct NoticeOutlet: Sendable {
    private let continuation: AsyncStream<DatabaseNotice>.Continuation
    /// The current state: `listening` or `lost`; nil before the first of them.
    private var standing: DatabaseNotice?

    init(_ continuation: AsyncStream<DatabaseNotice>.Continuation) {
        self.continuation = continuation
    }

    /// A stream, bounded, and what writes to it.
    static func make(limit: Int) -> (stream: AsyncStream<DatabaseNotice>, outlet: NoticeOutlet) {
        let (stream, continuation) = AsyncStream<DatabaseNotice>.makeStream(
            bufferingPolicy: .bufferingNewest(max(2, limit)))
        return (stream, NoticeOutlet(continuation))
    }

    /// Calls `body`, on any thread, when the reader has gone.
    func onEnd(_ body: @escaping @Sendable () -> Void) {
        continuation.onTermination = { _ in body() }
    }

    /// Tells the reader. The same standing is not told twice.
    mutating func tell(_ notice: DatabaseNotice) {
        switch notice {
        case .changed:
            break
        case .lost(let error):
            // That the file is another one is news, also for who was told that it cannot be read.
            if case .lost = standing, error.code != .replaced || standing == notice { return }
            standing = notice
        case .listening:
            if standing == notice { return }
            standing = notice
        }
        if case .dropped = continuation.yield(notice), let standing { continuation.yield(standing) }
    }

    /// There is nothing more to tell.
    func finish() {
        continuation.finish()
    }
}
