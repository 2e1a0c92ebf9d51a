import WebPages

/// An entry of a history: the actor, the action and the time.
struct HistoryRow: Sendable {
    var when: Moment
    var who: String
    var what: String
    /// The object of the action, where that is not the page's subject.
    var about: PageLink?
    /// Further details.
    var detail: String?
}

extension HistoryRow {
    /// An entry of a history.
    ///
    /// - Parameter namesToken: Whether the token is not the page's subject.
    init(_ entry: HistoryEntry, namesToken: Bool) {
        let who = entry.actor ?? "Command line"
        let detail = entry.detail.isEmpty || Self.isInSentence(entry.event) ? nil : entry.detail
        self.init(
            when: Moment(entry.at), who: entry.byAdmin ? "\(who) (administrator)" : who, what: Self.what(entry),
            about: namesToken ? PageLink(url: "/tokens/\(entry.token)", text: entry.tokenName) : nil, detail: detail)
    }

    private static func isInSentence(_ event: HistoryEntry.Event) -> Bool {
        event == .ownerAdded || event == .ownerRemoved
    }

    private static func what(_ entry: HistoryEntry) -> String {
        switch entry.event {
        case .created: "created the token"
        case .edited: "changed the settings of the token"
        case .rotated: "created a new secret for the token"
        case .disabled: "disabled the token"
        case .enabled: "enabled the token"
        case .deleted: "deleted the token"
        case .ownerAdded: "added \(owner(entry.detail)) as an owner of the token"
        case .ownerRemoved: "removed \(owner(entry.detail)) as an owner of the token"
        case .tested: "sent a test event to the token"
        }
    }

    /// `user NAME` or `group NAME`.
    private static func owner(_ detail: String) -> String {
        detail.hasPrefix("user ") ? String(detail.dropFirst(5)) : "the \(detail)"
    }
}
