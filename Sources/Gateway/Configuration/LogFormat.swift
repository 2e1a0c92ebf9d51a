/// The format of log lines.
public enum LogFormat: String, Sendable, CaseIterable {
    /// Text on a terminal, JSON otherwise.
    case auto
    /// For people: `2026-11-23T17:50:19.123Z info label: message key=value`.
    case text
    /// For machines: an object a line.
    case json
}
