import Encodings

/// The events of a service that a token lets through, by patterns over ``WebhookEvent/name``: `push`,
/// `pull_request.opened`, `pull_request.*`, `*.closed`, `*`.
///
/// A pattern's words are held against the first of the name's words, which are what stands between its dots, letter by
/// letter. `*` stands for any one word. So `*` is everything, `pull_request` is that event with and without an action,
/// and `pull_request.*` is every action of a pull request.
public struct EventFilter: Sendable, Hashable, CustomStringConvertible {
    /// The most patterns.
    public static let maximumPatterns = 32
    /// The most bytes of a pattern: two parts of a topic and a dot.
    public static let maximumPatternBytes = 2 * TopicPart.maxBytes + 1

    /// The patterns as they were given, each once.
    public let patterns: [String]
    private let words: [[Substring.UTF8View]]

    /// A filter that lets through what one of the patterns matches.
    ///
    /// - Throws: ``EventFilterError``.
    public init(_ patterns: [String]) throws(EventFilterError) {
        var unique: [String] = []
        for pattern in patterns {
            // Before it is compared: what passes is short, and ASCII.
            try Self.check(pattern)
            if unique.contains(pattern) { continue }
            guard unique.count < Self.maximumPatterns else { throw .tooManyPatterns(limit: Self.maximumPatterns) }
            unique.append(pattern)
        }
        guard !unique.isEmpty else { throw .empty }
        self.patterns = unique
        words = unique.map { $0.split(separator: ".").map(\.utf8) }
    }

    /// Reads patterns that are separated by commas, blanks or line ends.
    ///
    /// - Throws: ``EventFilterError``.
    public init(text: String) throws(EventFilterError) {
        let patterns = text.unicodeScalars.split { $0 == "," || $0.properties.isWhitespace }
        try self.init(patterns.map { String(String.UnicodeScalarView($0)) })
    }

    /// The patterns as `init(text:)` reads them: `push, pull_request.*`.
    public var description: String { patterns.joined(separator: ", ") }

    /// Returns a Boolean value that indicates whether a pattern matches the name of an event.
    public func allows(_ name: String) -> Bool {
        let name = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return words.contains { Self.matches($0, name) }
    }

    /// Checks that each pattern matches an event that there is.
    ///
    /// - Parameters:
    ///   - table: The service's events. A filter that was made before some event got another name is as good as ever
    ///     otherwise, so this is for what people give now.
    ///   - nearest: Finds the name that comes next to a text among several.
    /// - Throws: ``EventFilterError/unknownEvent(_:nearest:)``.
    public func check(
        against table: EventTable, nearest: (String, [String]) -> String?
    ) throws(EventFilterError) {
        guard !table.documented.isOpen else { return }
        let names = table.filterNames.map {
            $0.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        }
        for (pattern, words) in zip(patterns, words) where !names.contains(where: { Self.matches(words, $0) }) {
            throw .unknownEvent(pattern, nearest: Self.likely(pattern, in: table, nearest))
        }
    }

    /// The probable meaning of a mistyped pattern: the event or its plural (`issue`), one that begins with it (`pull`
    /// of `pull request`), or what comes next to it.
    private static func likely(
        _ pattern: String, in table: EventTable, _ nearest: (String, [String]) -> String?
    ) -> String? {
        let events = table.documented.events
        let pattern = String(pattern.lowercased().map { $0 == "-" ? "_" : $0 })
        for name in [pattern, pattern + "s"] where events.contains(where: { $0.name == name }) { return name }
        if let begun = events.first(where: { $0.name.hasPrefix(pattern + "_") }) { return begun.name }
        let all = events.filter { !$0.actions.isEmpty }.map { $0.name + ".*" }
        return nearest(pattern, table.filterNames + (pattern.hasSuffix(".*") ? all : []))
    }

    private static func matches(_ pattern: [Substring.UTF8View], _ name: [Substring.UTF8View]) -> Bool {
        name.count >= pattern.count && zip(pattern, name).allSatisfy { isWildcard($0) || $0.elementsEqual($1) }
    }

    private static func isWildcard(_ word: Substring.UTF8View) -> Bool { word.elementsEqual("*".utf8) }

    private static func check(_ pattern: String) throws(EventFilterError) {
        guard pattern.utf8.count <= maximumPatternBytes else { throw .tooLong(limit: maximumPatternBytes) }
        for word in pattern.split(separator: ".", omittingEmptySubsequences: false) {
            guard !word.isEmpty else { throw .emptyWord(pattern) }
            guard word != "*" else { continue }
            for byte in word.utf8 {
                guard byte != UInt8(ascii: "*") else { throw .starInWord(pattern) }
                guard TopicPart.isWordByte(byte) else { throw .badCharacter(pattern) }
            }
        }
    }

    /// By the patterns.
    public static func == (left: EventFilter, right: EventFilter) -> Bool { left.patterns == right.patterns }

    /// By the patterns.
    public func hash(into hasher: inout Hasher) { hasher.combine(patterns) }
}

/// A fault in the patterns of an event filter.
public enum EventFilterError: Error, Hashable, CustomStringConvertible {
    /// No pattern: what lets everything through is no filter, or `*`.
    case empty
    /// More patterns than allowed.
    case tooManyPatterns(limit: Int)
    /// A pattern has more bytes than allowed.
    case tooLong(limit: Int)
    /// A pattern begins or ends with a dot, or has two in a row.
    case emptyWord(String)
    /// `*` is only a part of a word.
    case starInWord(String)
    /// A pattern has a character that no event's name has.
    case badCharacter(String)

    /// The service has no event that a pattern matches; and what may have been meant.
    case unknownEvent(String, nearest: String?)

    /// Advice for people.
    public var description: String {
        switch self {
        case .empty: "enter at least one event, such as \"push\", or \"*\" for all"
        case .tooManyPatterns(let limit): "enter at most \(limit) events; \"pull_request.*\" covers all its actions"
        case .tooLong(let limit): "an event can have at most \(limit) characters"
        case .emptyWord(let pattern): "\"\(pattern)\" has a dot at the start or end, or two dots in a row"
        case .starInWord: "\"*\" must stand alone: use \"push\" or \"pull_request.*\""
        case .unknownEvent(let pattern, let nearest):
            "unknown event \"\(pattern)\"" + (nearest.map { ". Did you mean \"\($0)\"?" } ?? "")
        case .badCharacter(let pattern):
            "\"\(Self.printable(pattern))\" contains unsupported characters: use letters, digits, _ - . and \"*\" for any "
                + "action"
        }
    }

    private static func printable(_ text: String) -> String {
        String(
            text.unicodeScalars.map {
                $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0)
            })
    }
}
