/// Refusals for too many webhooks, summed for the log: the first of a token at once, the others once a minute.
struct RateReport: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// A line of the log about a token.
    struct Line: Sendable, Hashable {
        let token: TokenID
        let count: Int64
    }

    /// Tokens that are named in a minute; the others are counted together.
    private static let named = 20
    private static let minute = Duration.seconds(60)

    private var counts: [TokenID: Int64] = [:]
    private var others: Int64 = 0
    private var end: Instant?

    /// Adds refusals of a token.
    mutating func add(_ count: Int64, of token: TokenID) {
        if counts[token] != nil || counts.count < Self.named {
            counts[token, default: 0] += count
        } else {
            others += count
        }
    }

    /// Returns the lines to write now, and how many refusals there were of other tokens; nil before a minute is over.
    mutating func take(now: Instant) -> (lines: [Line], others: Int64)? {
        if let end, now < end { return nil }
        guard !counts.isEmpty || others > 0 else { return nil }
        let lines = counts.map { Line(token: $0.key, count: $0.value) }.sorted { $0.count > $1.count }
        defer {
            counts = [:]
            others = 0
            end = now + Self.minute
        }
        return (lines, others)
    }
}
