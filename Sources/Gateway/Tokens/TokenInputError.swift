import Database
import WebhookServices

/// Why something that a person gave for a token is not accepted. The texts say what would be.
public enum TokenInputError: Error, Hashable, CustomStringConvertible {
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
    /// What was given for a setting is not `NAME=VALUE`.
    case settingSyntax(String)
    /// Former secrets are within their grace periods, until then, and there is no place for another.
    case formerSecrets(until: [UnixTime])
    /// What is to be a message's tag is none.
    case tag(String)
    /// The grace period is negative or too long.
    case grace(limit: Duration)

    /// What is wrong and what would be right.
    public var description: String {
        switch self {
        case .name:
            "a token's name has 1 to \(TokenDraft.maximumNameCount) characters, and no control characters"
        case .scope:
            """
            a scope is OWNER or OWNER/REPOSITORY: letters, digits, ".", "_" and "-", at most \
            \(TokenScope.maximumCount) bytes
            """
        case .scopeParts(let service, let limit):
            "a scope at \(service) has at most \(limit) parts, as in OWNER or OWNER/REPOSITORY"
        case .scopeOfAnotherService(let other, let service):
            "this is an address at \(other), and the token is for \(service)"
        case .scopeUnusable(let service):
            "webhooks of \(service) name no repository: with a scope, the token would take nothing. Leave it empty"
        case .owner(let name):
            """
            "\(name)" is no Fedora account name: those are of small letters, digits, "-", "_" and ".", and start with \
            a letter or digit
            """
        case .tooManyOwners(let limit): "a token has at most \(limit) owners"
        case .unknownService(let name, let known, let nearest):
            "there is no service \"\(name)\""
                + (nearest.map { "; did you mean \($0)?" } ?? ".")
                + " The services are \(known.joined(separator: ", "))"
        case .secretTooShort(let characters):
            """
            the secret has \(characters) characters; it takes at least \(TokenSecret.minimumCharacters)
            """
        case .secretTooLong(let limit): "the secret is longer than \(limit) bytes"
        case .secretUnprintable:
            "the secret must be one line of printable text (UTF-8) without blanks at its ends"
        case .secretUnusable(let reason): "the secret cannot be used for this service: \(reason)"
        case .secretIsMadeThere(let service):
            "\(service) makes the secret itself: copy it from its page, and give it here"
        case .noSecret(let service):
            "\(service) knows no secret: the address is the proof. To get another address, make another token"
        case .events(let error): "the event filter: \(error)"
        case .setting(let error): "\(error)"
        case .settingSyntax(let text): "\"\(text)\" is no setting: those are given as NAME=VALUE"
        case .tag(let text):
            "\"\(text)\" is no tag: those are the \(TokenTag.characterCount) hexadecimal digits of a message's header "
                + TokenRecord.tagHeader
        case .formerSecrets(let ends):
            """
            \(ends.count) former secrets still work, until \(ends.sorted().map(\.description).joined(separator: " and ")), \
            and none of them is dropped before. Make another secret after that, or with the grace period 0, which ends \
            them and the current one at once
            """
        case .grace(let limit):
            "the grace period is between 0 and \(limit.components.seconds / 86_400) days"
        }
    }
}
