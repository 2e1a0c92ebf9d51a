import WebhookServices

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
