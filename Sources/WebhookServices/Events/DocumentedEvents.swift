/// The events that a service documents, with where and when that was read.
public struct DocumentedEvents: Sendable {
    /// One event.
    public struct Event: Sendable, Hashable {
        /// Its part of the topic.
        public let name: String
        /// Its actions; empty if it has none.
        public let actions: [String]

        /// The names that a filter can hold its patterns against: `push`, or `issues.opened` and so on.
        public var names: [String] { actions.isEmpty ? [name] : actions.map { "\(name).\($0)" } }
    }

    /// The schema or documentation, and its version.
    public let source: String
    /// The day of that version, or on which it was read: `2026-10-21`.
    public let date: String
    /// The events, in order.
    public let events: [Event]
    /// A Boolean value that indicates whether the service's events have names of their senders' choice, so that none is
    /// unknown.
    public let isOpen: Bool

    /// - Parameters:
    ///   - list: A line for each event: its name, and its actions after it, separated by blanks.
    ///   - isOpen: Whether there are others, with names of their senders' choice.
    public init(source: String, date: String, isOpen: Bool = false, _ list: String) {
        self.source = source
        self.date = date
        self.isOpen = isOpen
        events = list.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            return words.first.map { Event(name: $0, actions: Array(words.dropFirst())) }
        }
    }
}
