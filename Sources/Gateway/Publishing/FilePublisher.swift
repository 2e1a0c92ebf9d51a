import EventLoop
import FedoraMessaging
import Logging

/// Publishes to a file: one JSON line a message, in the format that `fedora-messaging publish FILE` reads.
///
/// A message is published when the disk has it. All that gathers while the disk is at work on one batch goes there
/// as the next, in one write and one `fdatasync`, on a thread of the publisher's own: no event loop ever waits.
public final class FilePublisher: MessagePublisher {
    let core: FilePublisherCore
    private let limits: FilePublisherLimits
    private let topicPrefix: String
    private let priority: UInt8?
    private let wakeUps: LoopLocal<FlushHook>

    /// Opens the file, makes it if it isn't there (mode 0600), locks it against other servers, and repairs its end.
    /// - Parameters:
    ///   - path: the file; its folder must be there.
    ///   - topicPrefix: goes before every topic.
    ///   - priority: the messages' AMQP priority, if they have one.
    ///   - limits: the bounds.
    ///   - loops: messages from these loops' tasks go to the writer together, at the end of the loop's turn.
    ///   - logger: hears of repairs, failures and recoveries.
    /// - Throws: ``FilePublisherError`` if the file can't be used.
    public convenience init(
        path: String, topicPrefix: String, priority: UInt8? = nil, limits: FilePublisherLimits = FilePublisherLimits(),
        loops: [EventLoop] = [], logger: Logger
    ) throws(FilePublisherError) {
        try self.init(
            path: path, topicPrefix: topicPrefix, priority: priority, limits: limits, loops: loops, logger: logger,
            calls: .system)
    }

    init(
        path: String, topicPrefix: String, priority: UInt8? = nil, limits: FilePublisherLimits, loops: [EventLoop] = [],
        logger: Logger, calls: FilePublisherCalls
    ) throws(FilePublisherError) {
        let core = try FilePublisherCore(
            file: MessageFile(path: path, calls: calls), calls: calls, limits: limits, logger: logger)
        self.core = core
        wakeUps = LoopLocal(loops) { FlushHook(on: $0) { core.wakeWriter() } }
        self.limits = limits
        self.topicPrefix = topicPrefix
        self.priority = priority
        try core.start()
    }

    deinit {
        core.stop(nil)
    }

    /// Appends the message and returns when the disk has it.
    public func publish(_ message: FedoraMessage, until deadline: RequestDeadline? = nil) async -> PublishResult {
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
        return await withCheckedContinuation { continuation in
            core.append(line, until: deadline?.instant, continuation)
            if let wakeUp = wakeUps.current { wakeUp.request() } else { core.wakeWriter() }
        }
    }

    /// Whether the last write succeeded, or the disk looks well again since.
    public var readiness: PublisherReadiness { core.readiness }

    /// Goes on in a new file if the old one was moved away, as rotation of logs does; to be called on SIGHUP.
    /// - Throws: ``FilePublisherError`` if the new file can't be used; then the old one stays in use.
    public func reopen() async throws(FilePublisherError) {
        try await withCheckedContinuation { core.reopen($0) }.get()
    }

    /// Writes what waits, then closes the file. Waits no longer than the limit's `timeout`; messages that come later
    /// are unavailable.
    public func close() async {
        await withCheckedContinuation { core.stop($0) }
    }
}
