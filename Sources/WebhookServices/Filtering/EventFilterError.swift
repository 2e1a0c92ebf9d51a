import Encodings

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
        case .empty: "give at least one event, such as \"push\", or \"*\" for all"
        case .tooManyPatterns(let limit): "give at most \(limit) events; \"pull_request.*\" stands for all its actions"
        case .tooLong(let limit): "an event has at most \(limit) characters"
        case .emptyWord(let pattern): "\"\(pattern)\" has a dot at its start or end, or two in a row"
        case .starInWord(let pattern):
            "in \"\(pattern)\", * is part of a word: it stands for a whole one, as in \"pull_request.*\""
        case .unknownEvent(let pattern, let nearest):
            "there is no event \"\(pattern)\"" + (nearest.map { "; did you mean \"\($0)\"?" } ?? "")
        case .badCharacter(let pattern):
            "\"\(Self.printable(pattern))\" has characters that no event has: "
                + "letters, digits, \"_\", \"-\" and \".\" are allowed, and \"*\" for any word"
        }
    }

    private static func printable(_ text: String) -> String {
        String(
            text.unicodeScalars.map {
                $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0)
            })
    }
}
