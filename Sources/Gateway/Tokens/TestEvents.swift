import Database
import DequeModule

/// The limit of test events: a window of a minute a token. A value; time is passed in.
struct TestLimit: Sendable {
    /// Tokens remembered at most; beyond that, the one that came first in this minute is forgotten. No key: people press a
    /// button for each, and `tokens.max_tests_per_minute` is what there is to choose.
    static let capacity = 10_000

    private let perMinute: Int
    private var counts: [TokenID: Int] = [:]
    /// The tokens in `counts`, in the order of their coming.
    private var order: Deque<TokenID> = []
    private var minute: Int64 = 0

    init(perMinute: Int) {
        self.perMinute = perMinute
    }

    /// Returns a Boolean value that indicates whether one more may be sent now; it counts, if so.
    mutating func admit(_ token: TokenID, now: UnixTime) -> Bool {
        let minute = now.milliseconds / 60_000
        if minute != self.minute {
            counts = [:]
            order = []
            self.minute = minute
        }
        guard let count = counts[token] else { return remember(token) }
        guard count < perMinute else { return false }
        counts[token] = count + 1
        return true
    }

    private mutating func remember(_ token: TokenID) -> Bool {
        guard perMinute > 0 else { return false }
        if order.count >= Self.capacity, let oldest = order.popFirst() { counts[oldest] = nil }
        order.append(token)
        counts[token] = 1
        return true
    }
}

/// A sender of test events.
protocol TestSending: Sendable {
    /// Sends one through a token, and says what became of it; `nil` if there is no such token.
    ///
    /// - Parameter sender: The account of whoever wants it.
    func sendTest(through id: TokenID, sender: String) async -> DeliveryRecord?
}

extension TokenService {
    /// Sends a test event through the token, as its service would, and says what became of it. It is published, if
    /// the token takes it.
    ///
    /// - Throws: `notFound`, `forbidden`, `tooMany`, `unavailable`.
    func sendTest(
        _ id: TokenID, by authorization: TokenAuthorization
    ) async throws(TokenServiceError) -> DeliveryRecord {
        try await attempt {
            let now = clock()
            let found = try await store.authorized(id, .sendTest, by: authorization, now: now)
            let person = try authorization.requirePerson()
            guard tests.withLock({ $0.admit(id, now: now) }) else {
                throw TokenServiceError.tooMany("Limit: \(limits.maxTestsPerMinute) per minute. Try again shortly.")
            }
            guard let tester else { throw TokenServiceError.unavailable("only a server sends test events") }
            guard let record = await tester.sendTest(through: id, sender: person.account) else {
                throw TokenServiceError.notFound
            }
            try await database.query(
                TokenHistory.insertion(
                    HistoryEntry(
                        at: now, actor: person.account, byAdmin: found.role == .admin, token: id,
                        tokenName: found.token.name, event: .tested, detail: record.outcome.rawValue),
                    of: found.token.row))
            return record
        }
    }
}
