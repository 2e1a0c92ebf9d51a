import Database
import WebhookServices

/// The input for a new token; not checked yet.
public struct NewToken: Sendable {
    /// The service, by its name in the URL.
    public var service: String
    /// The name that people gave it.
    public var name: String
    /// `owner`, `owner/repository`, or empty.
    public var scope: String
    /// A secret of one's own; empty to have one made.
    public var secret: String
    /// Events to publish, one a line or separated by commas or blanks (`push pull_request.*`); empty for all.
    public var events: String
    /// A Boolean value that indicates whether private content is published.
    public var publishesPrivate: Bool
    /// Settings that the service asks for: `instance_url`.
    public var settings: [String: String]
    /// Fedora accounts that shall own it, at the command line; what a person makes is that person's.
    public var owners: [String]

    /// An input.
    public init(
        service: String, name: String, scope: String = "", secret: String = "", events: String = "",
        publishesPrivate: Bool = false, settings: [String: String] = [:], owners: [String] = []
    ) {
        self.service = service
        self.name = name
        self.scope = scope
        self.secret = secret
        self.events = events
        self.publishesPrivate = publishesPrivate
        self.settings = settings
        self.owners = owners
    }
}

/// The input for a change of a token; `nil` leaves a part as it is.
public struct TokenEdit: Sendable, Hashable {
    /// The settings that shall be there.
    public enum Settings: Sendable, Hashable {
        /// These, and no others: what a form has.
        case replacing([String: String])
        /// These besides the present ones; one with an empty value is taken away.
        case merging([String: String])
    }

    /// The name that people gave it.
    public var name: String?
    /// `owner`, `owner/repository`; empty takes the scope away.
    public var scope: String?
    /// Events to publish, one a line or separated by commas or blanks; empty for all.
    public var events: String?
    /// A Boolean value that indicates whether private content is published.
    public var publishesPrivate: Bool?
    /// Settings that the service asks for.
    public var settings: Settings?
    /// ``Token/settingsVersion`` of what was shown to whoever entered this; a token that is another by now is not changed.
    /// `nil` changes it as it is.
    public var version: String?

    /// A change.
    public init(
        name: String? = nil, scope: String? = nil, events: String? = nil, publishesPrivate: Bool? = nil,
        settings: Settings? = nil, version: String? = nil
    ) {
        self.name = name
        self.scope = scope
        self.events = events
        self.publishesPrivate = publishesPrivate
        self.settings = settings
        self.version = version
    }
}

/// Why something that a person gave for a token is not accepted. The texts say what would be.
public enum TokenInputError: Error, Hashable, CustomStringConvertible {
    /// The input is neither an id nor a URL with one.
    case id(String)
    /// The name is empty, too long, or has control characters.
    case name
    /// The scope is none.
    case scope
    /// A scope has more parts than names of the service have.
    case scopeParts(service: String, limit: Int)
    /// A scope is an address of another service.
    case scopeOfAnotherService(String, service: String)
    /// The service's webhooks name no repository that a scope could be held against.
    case scopeUnusable(service: String)
    /// An owner is no account name.
    case owner(String)
    /// More owners than a token may have.
    case tooManyOwners(limit: Int)
    /// There is no service of that name; what there is, and what may have been meant.
    case unknownService(String, known: [String], nearest: String?)
    /// A secret of one's own is too short.
    case secretTooShort(characters: Int)
    /// A secret of one's own is too long.
    case secretTooLong(limit: Int)
    /// A secret of one's own has blanks at an end, control characters, or is no UTF-8.
    case secretUnprintable
    /// The service cannot use this secret; why.
    case secretUnusable(String)
    /// The service makes its secrets itself, and none was given.
    case secretIsMadeThere(service: String)
    /// The service knows no secret, so there is none to replace.
    case noSecret(service: String)
    /// The event filter is none.
    case events(EventFilterError)
    /// A setting is missing, unknown or wrong.
    case setting(ServiceSettingError)
    /// The input for a setting is not `NAME=VALUE`.
    case settingSyntax(String)
    /// Former secrets are within their grace periods, until then, and there is no place for another.
    case formerSecrets(until: [UnixTime])
    /// The input for a message's tag is none.
    case tag(String)
    /// The grace period is negative or too long.
    case grace(limit: Duration)

    /// The problem and the way out.
    public var description: String {
        switch self {
        case .id(let text):
            """
            "\(text.printable)" is not a token ID (\(TokenID.characterCount) letters and digits). Run \
            "webhook2fedmsg token list" to see all tokens
            """
        case .name:
            "enter a name of 1 to \(Token.maximumNameCount) characters, without control characters"
        case .scope:
            "enter \"owner\" or \"owner/repository\", e.g. fedora-infra/bodhi"
        case .scopeParts(let service, let limit):
            "enter at most \(limit) parts for \(service), as in \"owner/repository\""
        case .scopeOfAnotherService(let other, let service):
            "this URL is from \(other), but the token is for \(service)"
        case .scopeUnusable(let service):
            "leave this empty: webhooks from \(service) don't name a repository"
        case .owner(let name):
            "\"\(name)\" is not a valid Fedora account name (lowercase letters, digits, - _ .)"
        case .tooManyOwners(let limit): "a token can have at most \(limit) owners"
        case .unknownService(let name, let known, let nearest):
            "unknown service \"\(name)\"" + (nearest.map { ". Did you mean \"\($0)\"?" } ?? ".")
                + " Available services: \(known.joined(separator: ", "))"
        case .secretTooShort:
            "use at least \(TokenSecret.minimumCharacters) characters, or leave it empty to generate one"
        case .secretTooLong(let limit): "use at most \(limit) bytes"
        case .secretUnprintable:
            "use a single line of printable text, without spaces at the start or end"
        case .secretUnusable(let reason): reason
        case .secretIsMadeThere(let service): "copy the secret from \(service) and enter it here"
        case .noSecret(let service):
            "\(service) doesn't use a secret. To get a new URL, create another token"
        case .events(let error): "\(error)"
        case .setting(let error): "\(error)"
        case .settingSyntax(let text): "\"\(text)\" is not a setting: use NAME=VALUE"
        case .tag(let text):
            "\"\(text)\" is not a message tag: enter the \(TokenTag.characterCount) hexadecimal digits of the header "
                + TokenRecord.tagHeader
        case .formerSecrets(let ends):
            """
            \(ends.count) previous secrets still work, until \
            \(ends.sorted().map(\.description).joined(separator: " and ")). Wait until one expires, or revoke all \
            secrets now (grace period 0)
            """
        case .grace(let limit):
            "the grace period can be 0 to \(limit.components.seconds / 86_400) days"
        }
    }
}
