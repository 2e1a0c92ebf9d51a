import WebPages

extension TokenView {
    /// Its page.
    var path: String { "/tokens/\(token.id)" }

    /// Its service.
    var badge: ServiceBadge { ServiceBadge(name: token.service, title: serviceTitle) }

    /// Its owners in words.
    var ownersText: String {
        token.owners.map { $0.kind == .group ? "\($0.name) (group)" : $0.name }.joined(separator: ", ")
    }
}

extension TokenRow {
    /// A token in a list.
    ///
    /// - Parameter showsOwners: Whether it matters whose it is.
    init(_ view: TokenView, showsOwners: Bool = false) {
        self.init(
            id: view.token.id.description, url: view.path, name: view.token.name, service: view.badge,
            scope: view.token.scope?.text,
            owners: showsOwners ? (view.token.owners.isEmpty ? "no owners" : view.ownersText) : nil,
            webhookURL: view.url, state: .of(view),
            last: view.activity.last.map {
                .init(when: Moment($0.at), outcome: .ofLast($0.outcome))
            },
            accepted: NumberText.grouped(view.activity.published),
            withheld: NumberText.grouped(view.activity.withheld),
            refused: NumberText.grouped(view.activity.refused))
    }
}
