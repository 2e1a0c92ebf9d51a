/// What waits for the disk: a state machine without I/O, locks or clocks.
///
/// Messages gather in one buffer while the last batch is on its way to the disk; then all of them are the next batch.
/// A waiter is answered once: by its batch's end, or by the time-out, whichever is first. A message that timed out
/// still goes to the disk with its batch: it keeps its id, so nothing is lost or doubled by that.
struct FilePublisherQueue<Waiter> {
    /// What was answered to whom.
    typealias Answers = [(waiter: Waiter, result: PublishResult)]

    private struct Entry {
        let waiter: Waiter
        let deadline: ContinuousClock.Instant
    }

    private let limits: FilePublisherLimits
    private var pending: [UInt8] = []
    /// Entries in the order of their coming: first the batch's, then the pending ones.
    private var batchEntries: [Entry] = []
    private var pendingEntries: [Entry] = []
    /// The earliest of their deadlines.
    private var batchDeadline: ContinuousClock.Instant?
    private var pendingDeadline: ContinuousClock.Instant?
    /// Messages of either, also those whose waiter has gone.
    private var batchCount = 0
    private var pendingCount = 0
    private var batchBytes = 0
    /// Whether a batch is on its way.
    private(set) var isWriting = false

    init(limits: FilePublisherLimits) {
        self.limits = limits
    }

    /// Whether a message waits that is in no batch yet.
    var hasPending: Bool { pendingCount > 0 }
    /// Messages that wait, the batch on its way included.
    var count: Int { batchCount + pendingCount }
    /// When the next waiter's time is over.
    var nextDeadline: ContinuousClock.Instant? {
        guard let batchDeadline, let pendingDeadline else { return batchDeadline ?? pendingDeadline }
        return min(batchDeadline, pendingDeadline)
    }

    /// A message's line comes. False: there is no room.
    /// - Parameter deadline: when the waiter's own time is over, where it has less than the limits give.
    mutating func enqueue(
        _ line: [UInt8], _ waiter: Waiter, until deadline: ContinuousClock.Instant? = nil, now: ContinuousClock.Instant
    ) -> Bool {
        let isAlone = count == 0
        guard count < limits.messages,
            isAlone || batchBytes + pending.count + line.count <= limits.bytes
        else { return false }
        pending.append(contentsOf: line)
        pendingCount += 1
        let end = deadline.map { min($0, now + limits.timeout) } ?? now + limits.timeout
        pendingEntries.append(Entry(waiter: waiter, deadline: end))
        pendingDeadline = min(pendingDeadline ?? end, end)
        return true
    }

    /// The disk is idle: all that has gathered becomes the batch. `buffer` is the last batch's, for its memory.
    mutating func takeBatch(reusing buffer: inout [UInt8]) {
        precondition(!isWriting, "a batch is on its way")
        buffer.removeAll(keepingCapacity: buffer.capacity <= 4 << 20)
        swap(&buffer, &pending)
        swap(&batchEntries, &pendingEntries)
        batchCount = pendingCount
        batchBytes = buffer.count
        batchDeadline = pendingDeadline
        pendingDeadline = nil
        pendingCount = 0
        isWriting = true
    }

    /// The batch has come to its end.
    mutating func finishBatch(_ result: PublishResult) -> Answers {
        precondition(isWriting, "no batch is on its way")
        isWriting = false
        batchCount = 0
        batchBytes = 0
        batchDeadline = nil
        defer { batchEntries.removeAll(keepingCapacity: true) }
        return batchEntries.map { ($0.waiter, result) }
    }

    /// Answers all whose time is over.
    mutating func expire(now: ContinuousClock.Instant) -> Answers {
        Self.expire(&batchEntries, &batchDeadline, now) + Self.expire(&pendingEntries, &pendingDeadline, now)
    }

    private static func expire(
        _ entries: inout [Entry], _ deadline: inout ContinuousClock.Instant?, _ now: ContinuousClock.Instant
    ) -> Answers {
        guard let earliest = deadline, earliest <= now else { return [] }
        let expired = entries.filter { $0.deadline <= now }
        entries.removeAll { $0.deadline <= now }
        deadline = entries.map(\.deadline).min()
        return expired.map { ($0.waiter, .timedOut) }
    }
}
