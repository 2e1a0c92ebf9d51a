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

/// What is logged, and how.
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
