import Database
import EventLoop
import FoundationEssentials
import Logging

/// The log of the webhooks of known tokens.
protocol DeliveryRecording: Sendable {
    /// Records a webhook. Takes a lock that hardly anybody else takes, for some nanoseconds, and never waits for more.
    func record(_ delivery: DeliveryRecord, for token: TokenID)

    /// Writes down what was recorded before this, if it can be.
    func flushed() async
}

extension DeliveryRecording {
    /// A destination for which nothing waits to be written.
    func flushed() async {}
}

/// Writes down what came in for tokens, about once a second, and never while a webhook waits.
///
/// ``record(_:for:)`` puts a webhook into its loop's own ledger. The actor takes the ledgers' content and writes it, a
/// transaction for many tokens. While the database is away, counters go on in memory; records are bounded and then
/// dropped, which is logged.
actor DeliveryRecorder: DeliveryRecording {
    private nonisolated let ledgers: LoopLocal<Locked<DeliveryLedger>>
    /// All ledgers; the last one is for threads that are no loop's.
    private nonisolated let all: [Locked<DeliveryLedger>]
    private let settings: DeliverySettings
    private let writer: any DeliveryWriting
    private let logger: Logger
    private var flow: DeliveryFlow
    private var isFlushing = false
    private var limited = RateReport()

    /// Over a database with the gateway's tables.
    init(database: any Database, loops: [EventLoop], settings: DeliverySettings, logger: Logger) {
        self.init(
            writer: DeliveryWriter(database: database, name: UUID().uuidString.lowercased()), loops: loops,
            settings: settings, logger: logger)
    }

    /// Over anything that batches can be written to.
    init(writer: any DeliveryWriting, loops: [EventLoop], settings: DeliverySettings, logger: Logger) {
        self.writer = writer
        self.settings = settings
        self.logger = logger
        let capacity = max(1, settings.maxPending / max(1, loops.count))
        let ledgers = LoopLocal(loops) { _ in Locked(DeliveryLedger(capacity: capacity)) }
        self.ledgers = ledgers
        all = ledgers.all + [Locked(DeliveryLedger(capacity: capacity))]
        flow = DeliveryFlow(settings)
    }

    nonisolated func record(_ delivery: DeliveryRecord, for token: TokenID) {
        (ledgers.current ?? all[all.count - 1]).withLock { $0.add(delivery, for: token) }
    }

    /// Writes until the task is cancelled; then what is left, as long as a shutdown may take.
    func run() async {
        while !Task.isCancelled {
            await flush()
            try? await Task.sleep(for: settings.flushInterval)
        }
        await Task { await self.end() }.value
    }

    /// Writes what there is, if it is not too early after a failure.
    func flush() async {
        guard !isFlushing else { return }
        isFlushing = true
        defer { isFlushing = false }
        collect()
        while let batch = flow.next(now: .now) { await write(batch) }
    }

    /// Writes what was recorded before this. Not for long: a database that is away is not waited for.
    func flushed() async {
        let end = ContinuousClock.now + .seconds(2)
        while isFlushing, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(10)) }
        await flush()
    }

    /// Writes all that is left, trying again and again until the time is over.
    func end() async {
        let deadline = ContinuousClock.now.advanced(by: settings.shutdownTimeout)
        collect()
        while !flow.isDone {
            guard let batch = flow.next(now: .now, isLast: true) else { break }
            await write(batch)
            if flow.failedTries > 0 {
                guard ContinuousClock.now < deadline else { break }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        if flow.isDone {
            await writer.finish()
        } else {
            logger.error("webhooks were counted and could not be written down; their tokens' counters lack them")
        }
    }

    private func collect() {
        for ledger in all {
            let taken = ledger.withLock { $0.take() }
            for (token, tally) in taken.tallies where tally.activity.limited > 0 {
                limited.add(tally.activity.limited, of: token)
            }
            flow.collect(taken)
        }
        if let report = limited.take(now: .now) { log(report.lines, others: report.others) }
        let dropped = flow.takeDropped()
        if dropped > 0 {
            logger.warning("deliveries were counted and not listed", metadata: ["deliveries": "\(dropped)"])
        }
    }

    private func log(_ lines: [RateReport.Line], others: Int64) {
        for line in lines {
            logger.warning(
                "webhooks beyond the limits of a minute were refused",
                metadata: ["token": "\(line.token.logged)", "webhooks": "\(line.count)"])
        }
        guard others > 0 else { return }
        logger.warning(
            "webhooks of other tokens beyond the limits of a minute were refused", metadata: ["webhooks": "\(others)"])
    }

    private func write(_ batch: DeliveryBatch) async {
        do {
            try await writer.write(batch)
            if flow.failedTries > 0 { logger.notice("deliveries are written down again") }
            flow.written()
        } catch {
            if flow.failedTries == 0 {
                logger.warning("cannot write deliveries down, trying again", metadata: ["error": "\(error)"])
            }
            flow.failed(now: .now)
        }
    }
}

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

/// Bounds and times of the recorder.
struct DeliverySettings: Sendable, Hashable {
    /// The number of times that what came in is written.
    var flushInterval = Duration.seconds(1)
    /// Most deliveries that wait to be written, over all loops; the same again while the database is away.
    var maxPending = 8192
    /// Most tokens in one transaction.
    var maxBatch = 256
    /// Longest pause between tries while the database is away.
    var retryMax = Duration.seconds(15)
    /// The time that it is remembered which batch a writer wrote last that has been silent since: a process that died, for
    /// one that lives writes at least its last batch again within `retryMax`.
    var writerRetention = Duration.seconds(30 * 86_400)
    /// The time that a shutdown tries to write what is left.
    var shutdownTimeout = Duration.seconds(5)
}
