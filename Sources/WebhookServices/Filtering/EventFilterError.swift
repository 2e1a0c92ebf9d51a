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
