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
            grace > .zero ? "previous secret valid for \(Self.words(grace))" : "previous secret revoked"
        case .ownerAdded(let owner), .ownerRemoved(let owner): "\(owner.kind.rawValue) \(owner.name)"
        }
    }

    /// `1 day`, `12 hours`; shorter times, and those that are no whole number of hours, as in the configuration.
    private static func words(_ duration: Duration) -> String {
        let (seconds, rest) = duration.components
        guard rest == 0 else { return DurationText.text(duration) }
        for (unit, length) in [("day", Int64(86_400)), ("hour", 3600)] where seconds.isMultiple(of: length) {
            let count = seconds / length
            return "\(count) \(unit)" + (count == 1 ? "" : "s")
        }
        return DurationText.text(duration)
    }
}
