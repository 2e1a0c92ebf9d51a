import Glibc
import Logging

/// The format of log lines.
public enum LogFormat: String, Sendable, CaseIterable {
    /// Text on a terminal, JSON otherwise.
    case auto
    /// For people: `2026-11-23T17:50:19.123Z info label: message key=value`.
    case text
    /// For machines: an object a line.
    case json
}

/// The settings of the log: its level and its format.
public struct LogSettings: Sendable {
    /// The least level that is logged.
    public var level = Logger.Level.info
    /// The format of log lines.
    public var format = LogFormat.auto
}

/// Sets up logging for the process.
public enum LoggingSetup {
    /// Sends all loggers' lines to standard error. To be called once, before the first logger is made.
    /// - Parameters:
    ///   - level: the least level that is logged.
    ///   - format: ``LogFormat/auto`` writes text on a terminal and JSON otherwise.
    public static func bootstrap(level: Logger.Level, format: LogFormat) {
        let sink = LogSink.standardError
        let formatter = LogLineFormatter(isJSON: isJSON(format, onTerminal: sink.isTerminal))
        LoggingSystem.bootstrap(
            { label, provider in
                StructuredLogHandler(
                    label: label, formatter: formatter, sink: sink, level: level, metadataProvider: provider)
            }, metadataProvider: nil)
    }

    /// Returns the meaning of a format.
    static func isJSON(_ format: LogFormat, onTerminal: Bool) -> Bool {
        switch format {
        case .auto: !onTerminal
        case .json: true
        case .text: false
        }
    }
}

/// The handler of all loggers: a bounded, escaped line an event.
struct StructuredLogHandler: LogHandler {
    let label: String
    let formatter: LogLineFormatter
    let sink: LogSink
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(
        label: String, formatter: LogLineFormatter, sink: LogSink, level: Logger.Level,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.formatter = formatter
        self.sink = sink
        logLevel = level
        self.metadataProvider = metadataProvider
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { $1 } }
        if let own = event.metadata { merged.merge(own) { $1 } }
        if let error = event.error, merged["error"] == nil { merged["error"] = "\(error)" }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        sink.write(
            formatter.line(
                seconds: Int64(now.tv_sec), nanoseconds: Int(now.tv_nsec), level: event.level, label: label,
                message: event.message.description, metadata: merged))
    }
}

/// The destination of log lines: a file descriptor that is not this type's to close.
///
/// A line is one `write(2)`, which the kernel doesn't mix with another's, so threads need no lock between them. What
/// the descriptor doesn't take at once is dropped: a log that nobody reads must not stop the server, whose loops write
/// here. (A pipe that is ready takes 4096 bytes without waiting, pipe(7); a longer line goes in such pieces.)
struct LogSink: Sendable {
    let descriptor: CInt

    /// Standard error.
    static let standardError = LogSink(descriptor: STDERR_FILENO)

    /// A Boolean value that indicates whether a person looks at it.
    var isTerminal: Bool { isatty(descriptor) == 1 }

    private var isReady: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) == 1
    }

    /// Writes a line.
    func write(_ line: [UInt8]) {
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                guard isReady else { return }
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(4096))
                let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
