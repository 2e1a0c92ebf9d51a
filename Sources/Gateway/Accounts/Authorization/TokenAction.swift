/// An action of a person on tokens.
public enum TokenAction: String, Sendable, Hashable, CaseIterable {
    /// Make a token of one's own.
    case create
    /// List the tokens of everybody.
    case listAll
    /// See a token with its deliveries and its history.
    case view
    /// Change name, scope, event filter, settings, or whether private content is published.
    case edit
    /// Give it another secret.
    case rotate
    /// Enable or disable it.
    case setState
    /// Delete it.
    case delete
    /// Add or remove owners.
    case changeOwners
    /// Send a test event through it.
    case sendTest

    /// A Boolean value that indicates whether it is about one token that is there, and not about tokens at large.
    var concernsToken: Bool {
        switch self {
        case .create, .listAll: false
        default: true
        }
    }

    /// A Boolean value that indicates whether nothing is changed by it.
    var onlyReads: Bool { self == .view || self == .listAll }
}
