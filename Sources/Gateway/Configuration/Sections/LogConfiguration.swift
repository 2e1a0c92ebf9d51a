import Logging

/// `[log]`: what is logged, and how.
public struct LogConfiguration: ConfigurationSection {
    /// The least level that is logged.
    public var level = Logger.Level.info
    /// The format of log lines.
    public var format = LogFormat.auto

    /// The defaults.
    public init() {}

    static let documentation = ["What is logged to standard error."]

    static let keys = [
        key(
            "level", \.level, .choice,
            "The least level logged: trace, debug, info, notice, warning, error or critical."),
        key("format", \.format, .choice, "\"text\", \"json\", or \"auto\": text on a terminal and JSON otherwise."),
    ]
}
