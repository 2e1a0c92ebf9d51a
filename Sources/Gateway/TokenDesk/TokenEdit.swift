import Cryptography
import Encodings

/// What someone entered to change a token; `nil` leaves a part as it is.
public struct TokenEdit: Sendable, Hashable {
    /// What people call it.
    public var name: String?
    /// `owner`, `owner/repository`; empty takes the scope away.
    public var scope: String?
    /// Events to publish, one a line or separated by commas or blanks; empty for all.
    public var events: String?
    /// Whether private content is published.
    public var publishesPrivate: Bool?
    /// All settings that the service asks for; those that are not in it are taken away.
    public var settings: [String: String]?
    /// ``Token/settingsVersion`` of what was shown to whoever entered this; a token that is another by now is not changed.
    /// `nil` changes it as it is.
    public var version: String?

    /// A change.
    public init(
        name: String? = nil, scope: String? = nil, events: String? = nil, publishesPrivate: Bool? = nil,
        settings: [String: String]? = nil, version: String? = nil
    ) {
        self.name = name
        self.scope = scope
        self.events = events
        self.publishesPrivate = publishesPrivate
        self.settings = settings
        self.version = version
    }
}

extension Token {
    /// Names what a form about the settings shows: equal for equal settings, another as soon as one of them changes. A form
    /// carries it, so that a page that was open for long does not overwrite what it never showed.
    var settingsVersion: String {
        let filter = eventFilter?.description ?? ""
        let parts =
            [name, scope?.text ?? "", filter, publishesPrivate ? "1" : "0"]
            + settings.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        // The count of bytes before each part: no two lists of parts read the same.
        let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
        return Hex.encode(SHA256.digest(Array(text.utf8)).prefix(8))
    }
}
