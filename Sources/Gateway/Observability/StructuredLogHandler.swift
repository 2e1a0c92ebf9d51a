import Glibc
import Logging

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
