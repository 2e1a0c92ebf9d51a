import EventLoop
import HTTPServer

/// Bounds on redeeming codes, by where they come from: a code costs a row and requests to the provider, and anybody can
/// make one up. Whoever sends many of them waits for themselves, and not everybody else with them.
actor LoginGate {
    /// The outcome.
    enum Entry: Sendable, Hashable {
        /// A place, which ``leave(_:isMadeUp:)`` gives back.
        case open
        /// There are too many at once, or too many that the provider did not know.
        case closed(retryAfter: Int)
    }

    private struct Source {
        var underWay = 0
        var waiting = 0
        /// The codes that the provider may still not know.
        var patience: TokenBucket
    }

    /// The number of codes that the provider may refuse at once; after that, one per ``interval``.
    static let burst = 30
    /// The time after which one more may be refused.
    static let interval = Duration.seconds(2)
    /// The maximum number of a source's callbacks that wait for its others.
    static let maximumWaiting = 16
    /// The maximum number of known sources.
    static let maximumSources = 4096
    /// The number and the steps of a callback's looks at its turn.
    private static let (looks, pause) = (50, Duration.milliseconds(100))

    private let atOnce: Int
    private let sleep: @Sendable (Duration) async throws -> Void
    private var sources: [ClientSource: Source] = [:]
    /// The logins whose codes are being redeemed. No more than the sources have under way.
    private var states: Set<String> = []

    /// - Parameter atOnce: The maximum number of a source's codes that are redeemed at once.
    init(
        atOnce: Int, sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.atOnce = max(1, atOnce)
        self.sleep = sleep
    }

    /// Waits, for some seconds at most, until a code may be redeemed.
    func enter(_ key: ClientSource, now: ContinuousClock.Instant = .now) async -> Entry {
        var source = sources[key] ?? Source(patience: TokenBucket(capacity: Double(Self.burst), now: now))
        source.patience.refill(capacity: Double(Self.burst), perSecond: .seconds(1) / Self.interval, now: now)
        guard source.patience.level >= 1 else { return .closed(retryAfter: 5) }
        guard source.underWay < atOnce || source.waiting < Self.maximumWaiting else { return .closed(retryAfter: 5) }
        if sources[key] == nil { makeRoom() }
        sources[key] = source
        if take(key) { return .open }
        sources[key]?.waiting += 1
        defer { sources[key]?.waiting -= 1 }
        for _ in 0..<Self.looks {
            guard (try? await sleep(Self.pause)) != nil else { break }
            if take(key) { return .open }
        }
        return .closed(retryAfter: 5)
    }

    private func take(_ key: ClientSource) -> Bool {
        guard let source = sources[key], source.underWay < atOnce, source.patience.level >= 1 else { return false }
        sources[key]?.underWay += 1
        return true
    }

    /// Gives a place back after a code was redeemed, or not.
    /// - Parameter isMadeUp: whether the provider did not know it.
    func leave(_ key: ClientSource, isMadeUp: Bool) {
        sources[key]?.underWay -= 1
        if isMadeUp { sources[key]?.patience.take(1) }
    }

    /// Begins to redeem a login's code; `false` if that is under way already. Ended by ``end(_:)``.
    func begin(_ state: String) -> Bool { states.insert(state).inserted }

    /// Ends the redemption of a login's code.
    func end(_ state: String) {
        states.remove(state)
    }

    /// The number of known sources.
    var sourceCount: Int { sources.count }

    /// Forgets sources that nothing is under way of: the most patient first.
    private func makeRoom() {
        guard sources.count >= Self.maximumSources else { return }
        let idle = sources.filter { $0.value.underWay == 0 && $0.value.waiting == 0 }
        let sorted = idle.sorted { $0.value.patience.level > $1.value.patience.level }
        for (key, _) in sorted.prefix(Self.maximumSources / 4) { sources[key] = nil }
    }
}
