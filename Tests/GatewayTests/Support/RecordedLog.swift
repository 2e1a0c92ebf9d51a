import EventLoop
import Logging

/// A log that a test can read.
final class RecordedLog: Sendable {
    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let parts = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            log.written.withLock { $0.append("\(event.level): \(event.message)\(parts.joined())") }
        }
    }

    private let written = Locked<[String]>([])

    /// Level, message and metadata of each line.
    var lines: [String] { written.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }
}
