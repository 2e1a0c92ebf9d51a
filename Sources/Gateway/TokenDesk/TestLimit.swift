/// How often tokens are tried: a window of a minute a token. A value; time is passed in.
struct TestLimit: Sendable {
    /// Tokens remembered at most; beyond that, the minute begins anew for all.
    private static let capacity = 10_000

    private let perMinute: Int
    private var counts: [TokenID: Int] = [:]
    private var minute: Int64 = 0

    init(perMinute: Int) {
        self.perMinute = perMinute
    }

    /// Whether one more may be sent now; it counts, if so.
    mutating func admit(_ token: TokenID, now: UnixTime) -> Bool {
        let minute = now.milliseconds / 60_000
        if minute != self.minute || counts.count >= Self.capacity {
            counts = [:]
            self.minute = minute
        }
        guard counts[token, default: 0] < perMinute else { return false }
        counts[token, default: 0] += 1
        return true
    }
}
