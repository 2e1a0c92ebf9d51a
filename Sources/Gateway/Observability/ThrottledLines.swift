import EventLoop
import Logging

/// Lines that anybody can cause by a request: of one kind, one a minute goes to the log, with how many were held back. The
/// access log counts the requests themselves.
enum ThrottledLines {
    /// By level and message, which are the program's own words and so few. One for the whole process, as its log is.
    private static let throttles = Locked<[String: LogThrottle]>([:])

    /// Returns the number of such lines held back since the last one; `nil` if this one is, too.
    static func pass(_ level: Logger.Level, _ message: StaticString, now: ContinuousClock.Instant = .now) -> Int? {
        let kind = "\(level) \(message)"
        return throttles.withLock { $0[kind, default: LogThrottle()].pass(now: now) }
    }
}

extension Logger {
    /// Writes a line that whoever sends a request can cause: one of its kind a minute.
    func throttled(_ level: Logger.Level, _ message: StaticString, metadata: @autoclosure () -> Logger.Metadata = [:]) {
        guard logLevel <= level, let others = ThrottledLines.pass(level, message) else { return }
        var metadata = metadata()
        if others > 0 { metadata["others"] = "\(others)" }
        log(level: level, "\(message)", metadata: metadata)
    }
}
