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

    /// The description as a sentence.
    var sentence: String {
        let text = description
        guard let first = text.first else { return text }
        return first.uppercased() + text.dropFirst() + (text.hasSuffix(".") || text.hasSuffix("?") ? "" : ".")
    }
}

extension ServiceSettingError {
    fileprivate var key: String? {
        switch self {
        case .unknown(let key, _), .missing(let key, _), .invalid(let key, _), .administrative(let key): key
        }
    }
}
