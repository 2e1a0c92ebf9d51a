import EventLoop

/// The queue for the file of messages: a state machine without I/O, locks, or clocks.
///
/// Messages gather in one buffer while the last batch is on its way to the disk; then all of them are the next batch.
/// A waiter is answered once: by its batch's end, or by the time-out, whichever is first. A message that timed out
/// still goes to the disk with its batch: it keeps its id, so nothing is lost or doubled by that.
struct FilePublisherQueue<Waiter: Sendable>: SerialQueue {
    /// A caller and its answer.
    typealias Answer = (waiter: Waiter, result: PublishResult)
    typealias Reopener = CheckedContinuation<Result<Void, FilePublisherError>, Never>

    /// A piece of work for the writer.
    enum Work {
        /// Take a batch, bring it to the disk, and report `finishBatch`.
        case write
        /// Open the file anew if it was moved, and tell these callers.
        case reopen([Reopener])
        /// Look whether the disk is well again, and report `setFailure`.
        case probe
    }

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
    private var reopeners: [Reopener] = []
    private var nextProbe: ContinuousClock.Instant?

    /// A Boolean value that indicates whether a batch is on its way.
    private(set) var isWriting = false
    /// The reason why the last batch or probe failed.
    private(set) var failure: String?
    /// A Boolean value that indicates whether nothing new is taken.
    private(set) var isStopping = false

    init(limits: FilePublisherLimits) {
        self.limits = limits
    }

    /// A Boolean value that indicates whether a message waits that is in no batch yet.
    var hasPending: Bool { pendingCount > 0 }
    /// The number of messages that wait, the batch on its way included.
    var count: Int { batchCount + pendingCount }

    // MARK: From any thread

    /// Takes a message's line.
    /// - Parameter deadline: The end of the waiter's own time, if it has less than the limits give.
    /// - Returns: `false` if there is no room.
    mutating func enqueue(
        _ line: [UInt8], _ waiter: Waiter, until deadline: ContinuousClock.Instant? = nil, now: ContinuousClock.Instant
    ) -> Bool {
        let isAlone = count == 0
        guard count < limits.publisher.windowMessages,
            isAlone || batchBytes + pending.count + line.count <= limits.publisher.windowBytes
        else { return false }
        pending.append(contentsOf: line)
        pendingCount += 1
        let end =
            deadline.map { min($0, now + limits.publisher.confirmTimeout) } ?? now + limits.publisher.confirmTimeout
        pendingEntries.append(Entry(waiter: waiter, deadline: end))
        pendingDeadline = min(pendingDeadline ?? end, end)
        return true
    }

    /// Has the file opened anew if it was moved; `reopener` is told when that is done.
    mutating func reopen(_ reopener: Reopener) {
        reopeners.append(reopener)
    }

    /// Takes nothing new from now on; what waits is still written.
    mutating func stop() {
        isStopping = true
    }

    // MARK: On the writer's thread

    mutating func next(now: ContinuousClock.Instant) -> SerialStep<Work> {
        if !reopeners.isEmpty {
            defer { reopeners = [] }
            return .run(.reopen(reopeners))
        }
        if hasPending { return .run(.write) }
        if isStopping { return .stop }
        if let nextProbe, nextProbe <= now { return .run(.probe) }
        return .wait(until: nextProbe)
    }

    /// Makes all that has gathered the batch. `buffer` is the last batch's, for its memory.
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

    /// Ends the batch. Returns the answers to those who still wait for it.
    mutating func finishBatch(_ result: PublishResult) -> [Answer] {
        precondition(isWriting, "no batch is on its way")
        isWriting = false
        batchCount = 0
        batchBytes = 0
        batchDeadline = nil
        defer { batchEntries.removeAll(keepingCapacity: true) }
        return batchEntries.map { ($0.waiter, result) }
    }

    /// Keeps why the disk did not take what was written, or that it did. After a failure the disk is probed now and then.
    /// - Returns: `true` if that has changed.
    mutating func setFailure(_ failure: String?, now: ContinuousClock.Instant) -> Bool {
        nextProbe = failure == nil ? nil : now + limits.retryInterval
        defer { self.failure = failure }
        return failure != self.failure
    }

    // MARK: Deadlines

    var nextDeadline: ContinuousClock.Instant? {
        guard let batchDeadline, let pendingDeadline else { return batchDeadline ?? pendingDeadline }
        return min(batchDeadline, pendingDeadline)
    }

    mutating func expire(now: ContinuousClock.Instant) -> [Answer] {
        Self.expire(&batchEntries, &batchDeadline, now) + Self.expire(&pendingEntries, &pendingDeadline, now)
    }

    private static func expire(
        _ entries: inout [Entry], _ deadline: inout ContinuousClock.Instant?, _ now: ContinuousClock.Instant
    ) -> [Answer] {
        guard let earliest = deadline, earliest <= now else { return [] }
        let expired = entries.filter { $0.deadline <= now }
        entries.removeAll { $0.deadline <= now }
        deadline = entries.map(\.deadline).min()
        return expired.map { ($0.waiter, .timedOut) }
    }
}
