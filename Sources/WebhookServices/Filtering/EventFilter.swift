/// Which events of a service a token lets through, by patterns over ``WebhookEvent/name``: `push`,
/// `pull_request.opened`, `pull_request.*`, `*.closed`, `*`.
///
/// A pattern's words are held against the name's words, which are what stands between its dots, letter by letter.
/// `*` stands for any one word; at the end of a pattern, for one or more. So `*` is everything, `pull_request.*` is
/// every action of a pull request, and `pull_request` is that event without an action, which GitHub never sends.
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
        for pattern in patterns where !unique.contains(pattern) {
            guard unique.count < Self.maximumPatterns else { throw .tooManyPatterns(limit: Self.maximumPatterns) }
            try Self.check(pattern)
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
        try self.init(text.split { $0 == "," || $0.isWhitespace }.map(String.init))
    }

    /// The patterns as `init(text:)` reads them: `push, pull_request.*`.
    public var description: String { patterns.joined(separator: ", ") }

    /// Whether a pattern matches the name of an event.
    public func allows(_ name: String) -> Bool {
        let name = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return words.contains { Self.matches($0, name) }
    }

    private static func matches(_ pattern: [Substring.UTF8View], _ name: [Substring.UTF8View]) -> Bool {
        guard let last = pattern.last, name.count >= pattern.count else { return false }
        guard name.count == pattern.count || isWildcard(last) else { return false }
        return zip(pattern, name).allSatisfy { isWildcard($0) || $0.elementsEqual($1) }
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
