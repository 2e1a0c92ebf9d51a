/// When a document of the provider's is fetched: when there is none, when it is old, and when somebody has reason to
/// think that it changed; but after a fetch, good or bad, not again for a while. Without I/O; times are passed in.
struct CachedDocument<Document: Sendable>: Sendable {
    /// The next step.
    enum Need {
        /// This one will do.
        case use(Document)
        /// Fetch it.
        case fetch
        /// It was fetched just now in vain, or brought nothing new.
        case tooSoon
    }

    let maxAge: Duration
    let interval: Duration
    private(set) var document: Document?
    private var fetchedAt: ContinuousClock.Instant?
    private var triedAt: ContinuousClock.Instant?

    init(maxAge: Duration, interval: Duration) {
        self.maxAge = maxAge
        self.interval = interval
    }

    /// Somebody needs the document. One that is old is still good while a newer one cannot be had.
    func need(now: ContinuousClock.Instant) -> Need {
        let mayFetch = mayFetch(now: now)
        guard let document, let fetchedAt else { return .fetch }
        return fetchedAt + maxAge <= now && mayFetch ? .fetch : .use(document)
    }

    /// Somebody missed something in it, or found it wrong.
    func needNewer(now: ContinuousClock.Instant) -> Need {
        mayFetch(now: now) ? .fetch : .tooSoon
    }

    /// A fetch begins.
    mutating func begin(now: ContinuousClock.Instant) {
        triedAt = now
    }

    /// It brought this.
    mutating func store(_ document: Document, now: ContinuousClock.Instant) {
        self.document = document
        fetchedAt = now
    }

    private func mayFetch(now: ContinuousClock.Instant) -> Bool {
        triedAt.map { $0 + interval <= now } ?? true
    }
}
