import DequeModule

/// The messages that were sent on the channel and that the broker has not confirmed: in the order of their delivery tags,
/// which is that of their submission and of their deadlines. Bounded in messages and bytes.
///
/// `Waiter` is whoever wants to know (a continuation; a number in tests). Each is handed out exactly once: when its
/// message is settled, when its time is up, or when the channel ends. A message whose time is up keeps its place until the
/// broker settles it, because it still is in flight.
struct PublishWindow<Waiter> {
    typealias Instant = ContinuousClock.Instant

    private struct Entry {
        /// Nil once it was handed out.
        var waiter: Waiter?
        var bytes: Int
        var submitted: Instant
        var isSettled = false
    }

    private let maximumMessages: Int
    private let maximumBytes: Int
    private let timeout: Duration

    private var entries = Deque<Entry>()
    /// The delivery tag of the first entry.
    private var firstTag: UInt64 = 1
    /// All before this tag were handed out or timed out.
    private var expiryTag: UInt64 = 1

    /// Messages that the broker has not settled.
    private(set) var unsettled = 0
    /// The bytes of their bodies.
    private(set) var bytes = 0
    /// Waiters that were not handed out yet.
    private(set) var waiting = 0

    init(maximumMessages: Int, maximumBytes: Int, timeout: Duration) {
        self.maximumMessages = maximumMessages
        self.maximumBytes = maximumBytes
        self.timeout = timeout
    }

    /// Whether a body of `count` bytes may be sent now. One that is over the bound of bytes by itself goes alone.
    func admits(_ count: Int) -> Bool {
        if unsettled == 0 { return true }
        // Messages confirmed out of order leave holes, which count until the ones before them are settled.
        return entries.count < maximumMessages && bytes + count <= maximumBytes
    }

    /// A message was sent; tags must come one after the other.
    mutating func append(tag: UInt64, bytes count: Int, waiter: Waiter, now: Instant) {
        precondition(tag == firstTag + UInt64(entries.count), "delivery tags have gaps")
        entries.append(Entry(waiter: waiter, bytes: count, submitted: now))
        unsettled += 1
        bytes += count
        waiting += 1
    }

    /// The broker settled a message, or all up to it; a tag that is settled already is ignored.
    /// - Parameters:
    ///   - tag: At most the last that was appended; with `multiple`, 0 stands for that one.
    ///   - settle: Gets each waiter that is still there, in order.
    /// - Returns: How many messages this settled.
    mutating func settle(tag: UInt64, multiple: Bool, _ settle: (Waiter) -> Void) -> Int {
        let last = firstTag + UInt64(entries.count) - 1
        let tag = tag == 0 ? last : tag
        precondition(tag <= last, "settled a message that was never sent")
        let before = unsettled
        if multiple {
            while firstTag <= tag {
                take(0, settle)
                popFirst()
            }
        } else if tag >= firstTag {
            take(Int(tag - firstTag), settle)
        }
        // Not `entries.first`: Collection's own costs two allocations.
        while !entries.isEmpty, entries[0].isSettled { popFirst() }
        return before - unsettled
    }

    private mutating func take(_ index: Int, _ settle: (Waiter) -> Void) {
        guard !entries[index].isSettled else { return }
        entries[index].isSettled = true
        unsettled -= 1
        bytes -= entries[index].bytes
        handOut(index, settle)
    }

    private mutating func handOut(_ index: Int, _ settle: (Waiter) -> Void) {
        guard let waiter = entries[index].waiter else { return }
        entries[index].waiter = nil
        waiting -= 1
        settle(waiter)
    }

    private mutating func popFirst() {
        entries.removeFirst()
        firstTag += 1
        expiryTag = max(expiryTag, firstTag)
    }

    /// When the time of the oldest waiter is up. It may be one that is settled already: then ``expire(now:_:)`` does
    /// nothing, and the next deadline is exact.
    var deadline: Instant? {
        let index = Int(expiryTag - firstTag)
        return index < entries.count ? entries[index].submitted + timeout : nil
    }

    /// Hands out the waiters whose time is up, oldest first.
    /// - Returns: How many.
    mutating func expire(now: Instant, _ expired: (Waiter) -> Void) -> Int {
        let before = waiting
        while true {
            let index = Int(expiryTag - firstTag)
            guard index < entries.count else { break }
            guard entries[index].waiter == nil || entries[index].submitted + timeout <= now else { break }
            expiryTag += 1
            handOut(index, expired)
        }
        return before - waiting
    }

    /// The channel ended: hands out all waiters, and begins again with tag 1.
    mutating func reset(_ ended: (Waiter) -> Void) {
        for index in entries.indices { handOut(index, ended) }
        entries.removeAll(keepingCapacity: true)
        firstTag = 1
        expiryTag = 1
        unsettled = 0
        bytes = 0
    }
}
