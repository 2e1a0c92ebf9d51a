import DequeModule

/// Messages that wait for the next channel: those that were in flight when the broker closed the last one, in their order,
/// and behind them what has come since. No I/O.
///
/// Where the broker's words did not name the message that it refused, all that were in flight are suspects, and go out one
/// by one: whichever is alone on the channel when that is closed again is the one.
struct ResendQueue<Waiter> {
    typealias Instant = ContinuousClock.Instant

    /// A message and whoever waits for it.
    struct Item {
        var message: OutgoingMessage
        var waiter: Waiter
        var submitted: Instant
        /// When the waiter's own time is up, where that is before the window's time-out.
        var deadline: Instant?
        /// Channels that it was sent on and that were closed for no publish.
        var losses = 0

        /// When its time is up.
        fileprivate func end(_ timeout: Duration) -> Instant {
            deadline.map { min($0, submitted + timeout) } ?? submitted + timeout
        }
    }

    private let timeout: Duration
    private var items: Deque<Item> = []
    /// Of the first items, how many are suspects.
    private var suspects = 0
    /// Bytes of the bodies.
    private(set) var bytes = 0

    /// - Parameter timeout: How long a message may wait from its submission, on this channel and those before.
    init(timeout: Duration) {
        self.timeout = timeout
    }

    var isEmpty: Bool { items.isEmpty }
    var count: Int { items.count }
    /// A Boolean value that indicates whether the next message is to be alone on the channel.
    var isSuspectNext: Bool { suspects > 0 }

    /// Bytes of the next message's body.
    var nextBytes: Int { items.first?.message.body.count ?? 0 }

    /// A message came while there are others that wait, or no channel.
    mutating func append(_ item: Item) {
        bytes += item.message.body.count
        items.append(item)
    }

    /// Messages were in flight when the channel was closed: they go before all that wait.
    mutating func prepend(_ returned: [Item], areSuspects: Bool) {
        guard !returned.isEmpty else { return }
        bytes += returned.reduce(0) { $0 + $1.message.body.count }
        items.insert(contentsOf: returned, at: 0)
        // What was in flight with a suspect was it alone; so either all in front are suspects, or none was left.
        suspects += areSuspects || suspects > 0 ? returned.count : 0
    }

    /// Takes the next message out, to send it.
    mutating func popFirst() -> Item? {
        guard let item = items.popFirst() else { return nil }
        bytes -= item.message.body.count
        suspects = max(0, suspects - 1)
        return item
    }

    /// When the next waiter's time is up.
    var deadline: Instant? {
        items.lazy.map { $0.end(timeout) }.min()
    }

    /// Takes out those whose time is up: nobody waits for them any more.
    mutating func expire(now: Instant, _ expired: (Waiter) -> Void) {
        guard let deadline, deadline <= now else { return }
        let timeout = timeout
        take({ $0.end(timeout) <= now }) { expired($0.waiter) }
    }

    /// Takes out those that a refusal is about.
    /// - Returns: How many those were.
    mutating func remove(_ refusal: Refusal, _ removed: (Waiter) -> Void) -> Int {
        var count = 0
        take({ refusal.concerns($0.message) }) {
            count += 1
            removed($0.waiter)
        }
        return count
    }

    /// Takes out all.
    mutating func removeAll(_ removed: (Waiter) -> Void) {
        take({ _ in true }) { removed($0.waiter) }
    }

    private mutating func take(_ isMeant: (Item) -> Bool, _ taken: (Item) -> Void) {
        guard items.contains(where: isMeant) else { return }
        let all = items
        items.removeAll(keepingCapacity: true)
        var (keptSuspects, keptBytes) = (0, 0)
        for (index, item) in all.enumerated() {
            if isMeant(item) {
                taken(item)
            } else {
                items.append(item)
                keptBytes += item.message.body.count
                if index < suspects { keptSuspects += 1 }
            }
        }
        (suspects, bytes) = (keptSuspects, keptBytes)
    }
}
