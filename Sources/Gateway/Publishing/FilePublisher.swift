import AMQP
import EventLoop
import FedoraMessaging
import Logging

/// The bounds of a ``FilePublisher``.
struct FilePublisherLimits: Sendable, Hashable {
    /// Those that it shares with publishing to a broker: the most messages and bytes that wait for the disk, the batch on
    /// its way included, and the longest that one of them waits.
    var publisher = PublisherLimits()
    /// The most bytes of one message's body.
    var messageBytes: Int
    /// The time between two looks at a disk that failed. No key: a look is one empty write, and messages wait for it.
    var retryInterval: Duration = .seconds(1)
}

/// The reason why the file of messages can't be used, with the path, and what to do.
struct FilePublisherError: Error, Sendable, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Publishes to a file: one JSON line a message, in the format that `fedora-messaging publish FILE` reads.
///
/// A message is published when the disk has it. All that gathers while the disk is at work on one batch goes there
/// as the next, in one write and one `fdatasync`, on a thread of the publisher's own: no event loop ever waits, and
/// callers are answered at their deadline even while the disk hangs.
final class FilePublisher: MessagePublisher {
    private typealias Queue = FilePublisherQueue<UnsafeContinuation<PublishResult, Never>>

    private let thread: SerialThread<Queue>
    private let limits: FilePublisherLimits
    private let topicPrefix: String
    private let priority: UInt8?
    private let wakeUps: LoopLocal<FlushHook>

    /// Opens the file, makes it if it isn't there (mode 0600), locks it against other servers, and repairs its end.
    /// - Parameters:
    ///   - path: The file; its folder must be there.
    ///   - topicPrefix: Goes before every topic.
    ///   - priority: The messages' AMQP priority, if they have one.
    ///   - loops: Messages from these loops' tasks go to the writer together, at the end of the loop's turn.
    ///   - logger: Hears of repairs, failures, and recoveries.
    /// - Throws: ``FilePublisherError`` if the file can't be used.
    init(
        path: String, topicPrefix: String, priority: UInt8? = nil, limits: FilePublisherLimits, loops: LoopGroup,
        logger: Logger, calls: FilePublisherCalls = .system
    ) throws(FilePublisherError) {
        let writer = Writer(file: try MessageFile(path: path, calls: calls), calls: calls, logger: logger)
        let thread = SerialThread(Queue(limits: limits), name: "message-file", deadlinesOn: loops.loops[0]) {
            $0.waiter.resume(returning: $0.result)
        }
        self.thread = thread
        self.limits = limits
        self.topicPrefix = topicPrefix
        self.priority = priority
        wakeUps = LoopLocal(loops.loops) { FlushHook(on: $0) { thread.wake() } }
        do throws(StreamError) {
            try thread.start { writer.run(on: thread) }
        } catch {
            throw FilePublisherError("no thread for the file of messages: \(error)")
        }
    }

    deinit {
        thread.update { $0.stop() }
    }

    /// Appends the message and returns when the disk has it.
    func publish(_ message: FedoraMessage, until deadline: RequestDeadline? = nil) async -> PublishResult {
        guard message.body.count <= limits.messageBytes else {
            return .refused(reason: "the message has \(message.body.count) bytes, and \(limits.messageBytes) may be")
        }
        let routingKey: String
        do throws(FedoraMessageError) {
            routingKey = try message.routingKey(prefix: topicPrefix)
        } catch {
            return .refused(reason: error.description)
        }
        let line = message.fileLine(routingKey: routingKey, priority: priority)
        return await withUnsafeContinuation { waiter in
            let now = ContinuousClock.now
            let refusal = thread.update(wakesThread: false) { queue -> PublishResult? in
                if queue.isStopping { return .unavailable(reason: Self.stopping) }
                return queue.enqueue(line, waiter, until: deadline?.instant, now: now) ? nil : .full
            }
            if let refusal { return waiter.resume(returning: refusal) }
            if let wakeUp = wakeUps.current { wakeUp.request() } else { thread.wake() }
        }
    }

    /// Ready if the last write succeeded, or the disk looks well again since.
    var readiness: PublisherReadiness {
        thread.update(wakesThread: false) { queue in
            if queue.isStopping { return .notReady(reason: Self.stopping) }
            return queue.failure.map { .notReady(reason: $0) } ?? .ready
        }
    }

    /// The number of messages that wait for the disk.
    var waitingMessages: Int {
        thread.update(wakesThread: false) { $0.count }
    }

    /// Goes on in a new file if the old one was moved away, as rotation of logs does; to be called on SIGHUP.
    /// - Throws: ``FilePublisherError`` if the new file can't be used; then the old one stays in use.
    func reopen() async throws(FilePublisherError) {
        try await withCheckedContinuation { reopener in
            let isTaken = thread.update { queue in
                if !queue.isStopping { queue.reopen(reopener) }
                return !queue.isStopping
            }
            if !isTaken { reopener.resume(returning: .failure(FilePublisherError(Self.stopping))) }
        }.get()
    }

    /// Writes what waits, then closes the file. Waits no longer than the limit's `timeout`; messages that come later
    /// are unavailable.
    func close() async {
        thread.update { $0.stop() }
        await thread.waitForEnd(until: .now + limits.publisher.confirmTimeout)
    }

    private static let stopping = "the server is shutting down"
}

extension FilePublisher {
    /// Takes batches to the disk. Belongs to the publisher's thread.
    private final class Writer {
        private var file: MessageFile?
        private let calls: FilePublisherCalls
        private let logger: Logger
        private var buffer: [UInt8] = []
        private var reopeningLog = LogThrottle()

        init(file: consuming MessageFile, calls: FilePublisherCalls, logger: Logger) {
            if let repair = file.repair { logger.warning("\(repair)") }
            self.file = consume file
            self.calls = calls
            self.logger = logger
        }

        /// The thread's body.
        func run(on thread: SerialThread<Queue>) {
            while let work = thread.next() {
                switch work {
                case .write:
                    writeBatch(of: thread)
                case .reopen(let reopeners):
                    let result = reopenIfMoved()
                    for reopener in reopeners { reopener.resume(returning: result) }
                case .probe:
                    let problem = file?.probe()
                    log(problem, thread.update { $0.setFailure(problem, now: .now) })
                }
            }
            // Whoever waits for the thread's end finds the file unlocked.
            file = nil
        }

        private func writeBatch(of thread: SerialThread<Queue>) {
            thread.update { $0.takeBatch(reusing: &buffer) }
            var problem = append()
            // Deleted under the write, and the batch with it.
            if problem == nil, file?.isDeleted ?? false { problem = append() }
            let result = problem.map { PublishResult.unavailable(reason: $0) } ?? .published
            let (isNews, answers) = thread.update { queue in
                (queue.setFailure(problem, now: .now), queue.finishBatch(result))
            }
            log(problem, isNews)
            for (waiter, result) in answers { waiter.resume(returning: result) }
        }

        /// Writes the batch to the file that is at the path now: what rotates files needs not tell. Looking costs less than
        /// a thousandth of bringing the batch to the disk.
        /// - Returns: The problem, if any. If the file at the path can't be used, the one that was moved away is as good as
        ///   ever; one without a name is not.
        private func append() -> String? {
            if file?.isMoved ?? false, case .failure(let error) = reopenIfMoved(), file?.isDeleted ?? true {
                return error.description
            }
            return file?.append(buffer) ?? (file == nil ? "the file of messages is closed" : nil)
        }

        private func log(_ problem: String?, _ isNews: Bool) {
            guard isNews else { return }
            if let problem {
                logger.error("messages can't be written", metadata: ["reason": "\(problem)"])
            } else {
                logger.notice("messages can be written again")
            }
        }

        /// Opens the file that is at the path now, if that is another; the old one stays in use if that fails.
        private func reopenIfMoved() -> Result<Void, FilePublisherError> {
            guard let path = file?.path, file?.isMoved ?? false else { return .success(()) }
            do throws(FilePublisherError) {
                let opened = try MessageFile(path: path, calls: calls)
                if let repair = opened.repair { logger.warning("\(repair)") }
                file = consume opened
                logger.notice("the file of messages was opened anew", metadata: ["path": "\(path)"])
                return .success(())
            } catch {
                if let others = reopeningLog.pass(now: .now) {
                    logger.error(
                        "the file of messages can't be opened anew",
                        metadata: ["reason": "\(error)", "others": "\(others)"])
                }
                return .failure(error)
            }
        }
    }
}
