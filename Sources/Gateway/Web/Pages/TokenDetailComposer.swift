import WebPages
import WebhookServices

/// Puts a token's page together.
struct TokenDetailComposer {
    let site: WebSite
    let view: TokenView
    let person: Person
    let deliveries: DeliveryList
    /// Which deliveries: `accepted`, `refused`, or all.
    let show: String?
    let history: [HistoryEntry]
    let rejected: TokenDetailPages.Rejected?
    let now: UnixTime

    private var token: Token { view.token }
    private var service: (any WebhookService)? { site.services.known(named: token.service) }

    func page() -> TokenDetailPage {
        let fields = TokenFields(values: rejected?.values ?? TokenFields.Values(token), error: rejected?.error)
        let records = shownDeliveries
        return TokenDetailPage(
            crumbs: [PageLink(url: "/tokens", text: "Tokens")], path: view.path, service: view.badge, name: token.name,
            scope: token.scope?.text, state: .of(view), isEnabled: token.state == .enabled, notices: notices,
            problem: rejected?.problem, url: CopyField(id: "url", label: "Webhook URL", value: view.url),
            accepted: NumberText.grouped(view.activity.published),
            withheld: NumberText.grouped(view.activity.withheld), refused: NumberText.grouped(view.activity.refused),
            canTest: token.state == .enabled && view.isServiceOffered,
            waiting: view.activity.total == 0 && deliveries.all.isEmpty ? WaitingCard(view) : nil,
            deliveryFilters: deliveryFilters, hasDeliveries: !deliveries.all.isEmpty,
            deliveries: records.map { DeliveryRow($0, service: view.serviceTitle, settings: site.settings) },
            preview: service.flatMap {
                MessagePreview(
                    $0, token: token, last: deliveries.accepted.first { $0.topic != nil }, sender: person.account,
                    renderer: site.messages, now: now)
            },
            history: history.map { HistoryRow($0, namesToken: false) }, olderHistory: olderHistory,
            fields: fields.main(of: service), settings: fields.settings(of: service),
            allowsPrivate: fields.values.publishesPrivate,
            owners: owners, ownerKind: ownerKind, ownerName: ownerName, secret: secret(fields),
            deleteName: TextField(
                id: "delete-name", name: "name", label: "Type the token’s name to delete it",
                hint: "Its address stops working, and its deliveries and counts are gone.",
                error: rejected?.deleteError))
    }

    private var notices: [Notice] {
        var notices: [Notice] = []
        if view.role == .admin {
            notices.append(
                Notice(
                    kind: .warning,
                    text: "You see this token as an administrator. What you do stands in its history."))
        }
        if !view.isServiceOffered {
            notices.append(
                Notice(
                    kind: .warning, text: "\(view.serviceTitle) is switched off on this server: the URL answers 404."))
        } else if token.state == .disabled {
            notices.append(Notice(kind: .info, text: "It is disabled: every delivery is refused."))
        }
        return notices
    }

    private var shownDeliveries: [DeliveryRecord] {
        switch show {
        case "accepted": deliveries.accepted
        case "refused": deliveries.refused
        default: deliveries.all
        }
    }

    private var deliveryFilters: [PageLink] {
        [("", "All"), ("accepted", "Accepted"), ("refused", "Refused")].map { value, text in
            PageLink(
                url: view.path + (value.isEmpty ? "" : "?show=\(value)") + "#deliveries", text: text,
                isCurrent: value == (show ?? ""))
        }
    }

    private var olderHistory: String? {
        guard history.count >= site.settings.historyEntries, let last = history.last else { return nil }
        return "\(view.path)?before=\(last.at.milliseconds)#history"
    }

    private var owners: [OwnerRow] {
        token.owners.map { owner in
            OwnerRow(
                kind: owner.kind == .user ? .person : .group, name: owner.name,
                isYou: owner.kind == .user && owner.name == person.account, canRemove: token.owners.count > 1)
        }
    }

    private var ownerKind: SelectField {
        SelectField(
            id: "owner-kind", name: "kind", label: "Add a",
            choices: [
                Choice(value: "person", label: "Person", isSelected: true), Choice(value: "group", label: "Group"),
            ])
    }

    private var ownerName: TextField {
        TextField(
            id: "owner-name", name: "name", label: "Name", value: rejected?.ownerName ?? "",
            maximum: TokenOwner.maximumNameCount,
            error: rejected?.error?.place == .owner ? rejected?.error?.sentence : nil)
    }

    /// Nothing for a service that knows no secret.
    private func secret(_ fields: TokenFields) -> TokenDetailPage.SecretState? {
        guard service?.secretOrigin != .nowhere else { return nil }
        return .init(
            since: Moment(token.rotatedAt ?? token.createdAt),
            formerUntil: view.formerSecretExpiries(now: now).map { Moment($0) },
            grace: SelectField(
                id: "grace", name: "grace", label: "The present one works on for",
                choices: [("0", "no longer"), ("1h", "1 hour"), ("24h", "1 day"), ("168h", "7 days")].map {
                    Choice(value: $0.0, label: $0.1, isSelected: $0.0 == "24h")
                }),
            ownSecret: fields.ownSecret(of: service))
    }
}
