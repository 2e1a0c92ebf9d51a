/// `[pages]`: the pages for people.
public struct PagesConfiguration: ConfigurationSection {
    /// The address at which a message can be looked up; `{id}` stands for its id. Empty for no links.
    public var messageURL = "https://apps.fedoraproject.org/datagrepper/v2/id?id={id}"
    /// The address of help for people; nil for no link.
    public var helpURL: String?
    /// The address of the program's source; nil for no link.
    public var sourceURL: String?
    /// Tokens or people on a page of a list.
    public var listLength = 25
    /// Entries of a history on a page.
    public var historyLength = 25

    /// The defaults.
    public init() {}

    static let documentation = ["The pages for people."]

    static let keys = [
        key(
            "message_url", \.messageURL, .string("a URL with {id} in it, or nothing"),
            "Where a message can be looked up, with {id} for its id; the deliveries link there. Empty for no links."),
        key(
            "help_url", \.helpURL, .optionalString("a URL"),
            "A page of yours with help for people, linked at the bottom of every page."),
        key(
            "source_url", \.sourceURL, .optionalString("a URL"),
            "Where the program's source is, linked at the bottom of every page."),
        key("list_length", \.listLength, .integer(1...100), "Tokens or people on one page of a list."),
        key("history_length", \.historyLength, .integer(1...100), "Entries of a history on one page."),
    ]
}
