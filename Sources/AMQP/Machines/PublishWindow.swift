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
        /// To be sent again should the channel end; nil once nobody waits for it any more.
        var message: OutgoingMessage?
        /// Channels that it was lost with.
        var losses: Int
        var bytes: Int
        var submitted: Instant
        /// When its waiter's own time is up, where that is before the window's time-out.
        var deadline: Instant?
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
    /// Not after any waiter's own deadline; nil if none has one.
    private var ownDeadline: Instant?

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

    /// Returns a Boolean value that indicates whether a body of `count` bytes may be sent now. One that is over the
    /// bound of bytes by itself goes alone.
    func admits(_ count: Int) -> Bool {
        if unsettled == 0 { return true }
        // Messages confirmed out of order leave holes, which count until the ones before them are settled.
        return entries.count < maximumMessages && bytes + count <= maximumBytes
    }

    /// A message was sent; tags must come one after the other.
    /// - Parameters:
    ///   - deadline: When the waiter's own time is up, if it is before the time-out.
    ///   - losses: Channels that it was lost with before.
    ///   - now: When it was submitted.
    mutating func append(
        tag: UInt64, _ message: OutgoingMessage, waiter: Waiter, deadline: Instant? = nil, losses: Int = 0, now: Instant
    ) {
        precondition(tag == firstTag + UInt64(entries.count), "delivery tags have gaps")
        let count = message.body.count
        var entry = Entry(waiter: waiter, message: message, losses: losses, bytes: count, submitted: now)
        if let deadline, deadline < now + timeout {
            entry.deadline = deadline
            ownDeadline = min(ownDeadline ?? deadline, deadline)
        }
        entries.append(entry)
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
        // The channel refuses confirms of what was never sent; what of them comes this far settles nothing.
        guard tag <= last else { return 0 }
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
        entries[index].message = nil
        waiting -= 1
        settle(waiter)
    }

    private mutating func popFirst() {
        entries.removeFirst()
        firstTag += 1
        expiryTag = max(expiryTag, firstTag)
    }

    /// When the time of the next waiter is up. It may be one that is settled already: then ``expire(now:_:)`` does
    /// nothing, and the next deadline is exact.
    var deadline: Instant? {
        let index = Int(expiryTag - firstTag)
        guard index < entries.count else { return nil }
        let deadline = entries[index].submitted + timeout
        return ownDeadline.map { min($0, deadline) } ?? deadline
    }

    /// Hands out the waiters whose time is up.
    /// - Returns: How many messages came to the window's own time-out without being settled. A waiter that had less time
    ///   than that says nothing of the broker.
    mutating func expire(now: Instant, _ expired: (Waiter) -> Void) -> Int {
        if let ownDeadline, ownDeadline <= now { expireOwn(now, expired) }
        var late = 0
        while true {
            let index = Int(expiryTag - firstTag)
            guard index < entries.count else { break }
            guard entries[index].isSettled || entries[index].submitted + timeout <= now else { break }
            if !entries[index].isSettled { late += 1 }
            expiryTag += 1
            handOut(index, expired)
        }
        return late
    }

    /// Rare: a sender took most of its request's time to send the body.
    private mutating func expireOwn(_ now: Instant, _ expired: (Waiter) -> Void) {
        ownDeadline = nil
        for index in entries.indices where entries[index].waiter != nil {
            guard let deadline = entries[index].deadline else { continue }
            if deadline <= now {
                handOut(index, expired)
            } else {
                ownDeadline = min(ownDeadline ?? deadline, deadline)
            }
        }
    }

    /// The channel ended, and there will be another: takes out the messages that somebody waits for, in order, and begins
    /// again with tag 1.
    mutating func takeUnsettled() -> [ResendQueue<Waiter>.Item] {
        var items: [ResendQueue<Waiter>.Item] = []
        items.reserveCapacity(waiting)
        for entry in entries {
            guard let waiter = entry.waiter, let message = entry.message else { continue }
            items.append(
                ResendQueue.Item(
                    message: message, waiter: waiter, submitted: entry.submitted, deadline: entry.deadline,
                    losses: entry.losses))
        }
        waiting = 0
        entries.removeAll(keepingCapacity: true)
        reset { _ in }
        return items
    }

    /// The channel ended: hands out all waiters, and begins again with tag 1.
    mutating func reset(_ ended: (Waiter) -> Void) {
        for index in entries.indices { handOut(index, ended) }
        entries.removeAll(keepingCapacity: true)
        firstTag = 1
        expiryTag = 1
        ownDeadline = nil
        unsettled = 0
        bytes = 0
    }
}
