import Encodings

extension HistoryEntry.Event {
    /// What was done, in lines of text.
    var words: String { rawValue.replacing("_", with: " ") }
}

extension TokenChange.Kind {
    /// What the history calls it.
    var historyEvent: HistoryEntry.Event {
        switch self {
        case .created: .created
        case .edited: .edited
        case .rotated: .rotated
        case .state(.enabled): .enabled
        case .state(.disabled): .disabled
        case .deleted: .deleted
        case .ownerAdded: .ownerAdded
        case .ownerRemoved: .ownerRemoved
        }
    }

    /// More about it, for people.
    var historyDetail: String {
        switch self {
        case .created, .state, .deleted: ""
        case .edited(let parts): parts.joined(separator: ", ")
        case .rotated(let grace):
            grace > .zero
                ? "the secret before works on for \(DurationText.text(grace))" : "the secret before stopped working"
        case .ownerAdded(let owner), .ownerRemoved(let owner): "\(owner.kind.rawValue) \(owner.name)"
        }
    }
}
