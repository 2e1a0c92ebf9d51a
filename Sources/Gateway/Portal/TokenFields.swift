import Encodings
import WebhookServices

/// The fields of a token's forms, filled with what is saved or what was typed, and with its errors.
struct TokenFields: Sendable {
    /// The content of a token's form, as text.
    struct Values: Sendable, Equatable {
        var name = ""
        var scope = ""
        var events = ""
        var publishesPrivate = false
        var settings: [String: String] = [:]

        init() {}

        /// The values of a token.
        init(_ token: Token) {
            name = token.name
            scope = token.scope?.text ?? ""
            events = token.eventFilter?.description ?? ""
            publishesPrivate = token.publishesPrivate
            settings = token.settings
        }

        /// Returns a Boolean value that indicates whether both say the same, however it was written.
        func isSame(as other: Values) -> Bool {
            func filter(_ text: String) -> String { (try? EventFilter(text: text))?.description ?? text }
            let keys = Set(settings.keys).union(other.settings.keys)
            return name == other.name && scope == other.scope && publishesPrivate == other.publishesPrivate
                && filter(events) == filter(other.events)
                && keys.allSatisfy { settings[$0] ?? "" == other.settings[$0] ?? "" }
        }

        /// Takes what only administrators can set from the token: forms of others do not send it.
        mutating func keepLocked(of token: Token, _ service: (any WebhookService)?, for person: Person) {
            guard !person.isAdmin else { return }
            for setting in service?.settings ?? [] where setting.isAdministrative {
                settings[setting.key] = token.settings[setting.key]
            }
        }

        /// The input.
        init(_ request: PageRequest, service: (any WebhookService)?) {
            self.init(request, keys: (service?.settings ?? []).map(\.key))
        }

        /// The input, with the settings of these keys.
        init(_ request: PageRequest, keys: [String]) {
            name = request.field("name")
            scope = request.field("scope")
            events = request.field("events")
            publishesPrivate = request.form["private"] == "yes"
            for key in keys { settings[key] = request.field("setting.\(key)") }
        }
    }

    var values: Values
    var error: TokenInputError?
    /// The values that somebody else saved meanwhile, which are shown beside what was typed.
    var saved: Values?

    /// Returns the fault of a field, or the other value saved in it.
    private func problem(_ place: TokenInputError.Place, _ value: (Values) -> String) -> String? {
        if place != .none, error?.place == place { return error?.sentence }
        guard let saved, value(saved) != value(values) else { return nil }
        return value(saved).isEmpty ? "Currently saved: empty." : "Currently saved: “\(value(saved).isolated)”."
    }

    /// The other saved value of the switch for private content.
    var privateProblem: String? { problem(.none) { $0.publishesPrivate ? "on" : "off" } }

    /// Returns the fields of name, scope and events: without the scope where the service's webhooks name no repository,
    /// unless there is one to take away.
    func main(of service: (any WebhookService)?) -> [TextField] {
        let hasScope = service?.namesRepositories != false || !values.scope.isEmpty
        let events = events(of: service)
        return hasScope ? [name, scope, events] : [name, events]
    }

    private var name: TextField {
        TextField(
            id: "name", name: "name", label: "Name", value: values.name,
            hint: "For example, your project’s name.", maximum: Token.maximumNameCount,
            isProse: true, error: problem(.name, \.name))
    }

    private var scope: TextField {
        TextField(
            id: "scope", name: "scope", label: "Repository or owner", value: values.scope,
            hint: "Publish only events from this owner or repository.",
            placeholder: "owner/repository", maximum: TokenScope.maximumCount, isOptional: true,
            error: problem(.scope, \.scope))
    }

    private func events(of service: (any WebhookService)?) -> TextField {
        TextField(
            id: "events", name: "events", label: "Events to publish", value: values.events,
            hint: "Separate events with commas. “*” matches any action. Leave empty for all events.",
            placeholder: service?.eventTable?.exampleFilter, isOptional: true,
            error: problem(.events, \.events))
    }

    /// The fields of the service's other settings.
    func settings(of service: (any WebhookService)?) -> [TextField] {
        (service?.settings ?? []).filter { !$0.isSwitch }.map { setting in
            TextField(
                id: "setting-\(setting.key)", name: "setting.\(setting.key)", label: setting.title,
                value: values.settings[setting.key] ?? "", hint: setting.help, placeholder: setting.example,
                maximum: ServiceSetting.maximumBytes, isOptional: !setting.isRequired,
                error: problem(.setting(setting.key)) { $0.settings[setting.key] ?? "" })
        }
    }

    /// The settings that are on or off. What only administrators can set, others see once there is a token.
    func checks(of service: (any WebhookService)?, isAdmin: Bool, isNew: Bool) -> [CheckField] {
        (service?.settings ?? []).filter(\.isSwitch).compactMap { setting in
            let isLocked = setting.isAdministrative && !isAdmin
            if isLocked, isNew { return nil }
            return CheckField(
                id: "setting-\(setting.key)", name: "setting.\(setting.key)", label: setting.title,
                value: ServiceSetting.on, isChecked: values.settings[setting.key] == ServiceSetting.on,
                isLocked: isLocked, hint: setting.help,
                error: isLocked
                    ? nil
                    : problem(.setting(setting.key)) { $0.settings[setting.key] == ServiceSetting.on ? "on" : "off" })
        }
    }

    /// The field for a secret of one's own. What was typed is never shown again.
    func ownSecret(of service: (any WebhookService)?) -> TextField {
        let isNeeded = service?.secretOrigin == .there
        let title = service?.title ?? "the service"
        return TextField(
            id: "own-secret", name: "secret", label: isNeeded ? "Secret from \(title)" : "Secret",
            hint: isNeeded
                ? "Copy the key from \(title)."
                : "At least \(TokenSecret.minimumCharacters) characters. Leave empty to generate one.",
            maximum: TokenSecret.maximumBytes, isOptional: !isNeeded, error: secretProblem(isNeeded: isNeeded))
    }

    /// Returns the fault of a secret. One that the service makes cannot be left to this server.
    private func secretProblem(isNeeded: Bool) -> String? {
        guard let error, error.place == .secret else { return nil }
        if isNeeded, case .secretTooShort = error {
            return "Use at least \(TokenSecret.minimumCharacters) characters."
        }
        return error.sentence
    }
}

extension EventTable {
    /// An example of a filter by the service's events: one without its actions, one with all of them.
    var exampleFilter: String? {
        let events = documented.events
        let usual = ["push", "issues", "issue", "topic", "repo"]
        let one = usual.lazy.compactMap { name in events.first { $0.name == name } }.first ?? events.first
        guard let one else { return nil }
        let others = events.filter { $0.name != one.name && !$0.actions.isEmpty }
        let other = others.first { $0.name.hasPrefix("pull_request") } ?? others.first
        return one.name + (other.map { ", \($0.name).*" } ?? "")
    }
}

extension TokenInputError {
    /// The field that an error is about.
    enum Place: Equatable {
        case name
        case scope
        case events
        case secret
        case setting(String)
        case owner
        case grace
        case none
    }

    /// The field that the error is about.
    var place: Place {
        switch self {
        case .name: .name
        case .scope, .scopeUnusable, .scopeParts, .scopeOfAnotherService: .scope
        case .events: .events
        case .secretTooShort, .secretTooLong, .secretUnprintable, .secretUnusable, .secretIsMadeThere: .secret
        case .setting(let error): error.key.map(Place.setting) ?? .none
        case .owner, .tooManyOwners: .owner
        case .grace, .formerSecrets: .grace
        default: .none
        }
    }

    /// The description as a sentence for a page, beside the field that it is about.
    var sentence: String {
        let text =
            switch self {
            case .setting(.missing(_, let example)): "enter a value, e.g. \(example)"
            case .setting(.invalid(_, let expectation)): expectation
            default: description
            }
        guard let first = text.first else { return text }
        // No full stop after a URL.
        let end = ".?/".contains(text.last ?? ".") ? "" : "."
        return (first.uppercased() + text.dropFirst() + end).withCurlyQuotes
    }
}

extension String {
    /// The text with typographic quotation marks and apostrophes instead of straight ones.
    var withCurlyQuotes: String {
        var result = ""
        for character in self {
            let opens = result.last.map { $0.isWhitespace || $0 == "(" } ?? true
            switch character {
            case "\"": result.append(opens ? "“" : "”")
            case "'": result.append(opens ? "‘" : "’")
            default: result.append(character)
            }
        }
        return result
    }
}

extension ServiceSettingError {
    fileprivate var key: String? {
        switch self {
        case .unknown(let key, _), .missing(let key, _), .invalid(let key, _), .administrative(let key): key
        }
    }
}
