import Database
import WebPages
import WebhookServices

/// `/tokens/<id>`.
struct TokenDetailPage: PageContent {
    static let template = "token"

    var title: String { name }

    /// The breadcrumbs.
    var crumbs: [PageLink]
    /// The token's page, which its forms are below.
    var path: String
    var service: ServiceBadge
    var name: String
    var scope: String?
    /// Enabled, disabled, service off.
    var state: StatePill
    /// A Boolean value that indicates whether it is enabled.
    var isEnabled: Bool
    var notices: [Alert] = []
    /// The offer of another scope, if the repository seems to have been renamed.
    var rename: ScopeOffer?
    /// The error message at the top.
    var problem: String?
    /// The address of its webhooks.
    var url: CopyField
    /// The number of published deliveries.
    var accepted: String
    /// The number of deliveries that were accepted, but not published.
    var withheld: String
    /// The number of refused deliveries.
    var refused: String
    /// A Boolean value that indicates whether a test event can be sent.
    var canTest = true
    /// The card that waits for the first delivery, until there is one.
    var waiting: WaitingCard?
    /// The filter of the list of deliveries.
    var deliveryFilters: [PageLink] = []
    /// A Boolean value that indicates whether there are any deliveries, listed or not.
    var hasDeliveries: Bool
    var deliveries: [DeliveryRow]
    /// The last delivery's message.
    var preview: MessagePreview?
    /// The changes of the token.
    var history: [HistoryRow]
    /// The address of older history.
    var olderHistory: String?
    /// The version of the settings that the form shows.
    var version = ""
    /// Name, scope, events.
    var fields: [TextField]
    /// The fields of the service's other settings.
    var settings: [TextField] = []
    /// The settings that are on or off.
    var checks: [CheckField] = []
    /// A Boolean value that indicates whether private content is published.
    var allowsPrivate = false
    /// The owners.
    var owners: [OwnerRow]
    /// The field of the new owner's kind: person or group.
    var ownerKind: SelectField
    /// The field of the new owner's name.
    var ownerName: TextField
    /// The field of the name once more, if it is not known whether there is such an account.
    var ownerAgain: TextField?
    var secret: SecretState?
    /// The field of the token's name in the form that deletes it.
    var deleteName: TextField
    /// The tag that its messages carry.
    var messageTag: String?
    /// The value of that setting that somebody else saved meanwhile.
    var privateError: String?

    /// A scope that would let the last deliveries through.
    struct ScopeOffer: Sendable {
        /// The repository that they are of.
        var repository: String
        /// The token's scope.
        var scope: String
        /// The scope to change it to.
        var newScope: String
    }

    /// The description of a secret that cannot be shown.
    struct SecretState: Sendable {
        /// The version of the secrets that the form replaces.
        var version = ""
        /// The time at which it was set.
        var since: Moment
        /// The time at which it was first used; `nil` if it was not.
        var firstUsed: Moment?
        /// A Boolean value that indicates whether it replaced another, and was not used yet.
        var isUnused = false
        /// The times at which previous secrets expire.
        var formerUntil: [Moment]
        /// The field for the time that the current secret stays valid.
        var grace: SelectField
        /// The field for a secret of one's own.
        var ownSecret: TextField
        /// A Boolean value that indicates whether the service makes the secret, so that one has to be entered.
        var isOwnSecretNeeded = false
        /// A Boolean value that indicates whether the section with that field is open.
        var isOwnSecretOpen = false
        /// The steps at the service.
        var steps: [String] = []
    }
}

/// An owner of a token.
struct OwnerRow: Sendable {
    /// Person or group.
    var kind: Kind
    var name: String
    /// A Boolean value that indicates whether it is who looks at the page.
    var isYou = false
    /// A Boolean value that indicates whether it can be removed.
    var canRemove = false

    /// Person or group.
    enum Kind: String, Sendable {
        case person, group
    }
}

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

/// Composes a token's page.
struct TokenDetailComposer {
    let portal: Portal
    let request: PageRequest
    let person: Person
    let details: TokenDetails
    let rejected: TokenDetailPages.Rejected?

    private var view: TokenView { details.view }
    private var token: Token { view.token }
    private var deliveries: DeliveryList { details.deliveries }
    private var now: UnixTime { request.now }
    /// The deliveries to show: `accepted`, `withheld`, `refused`, or all.
    private var show: String? { request.query["show"] }
    private var service: (any WebhookService)? { portal.services.known(named: token.service) }

    func page() -> TokenDetailPage {
        var values = rejected?.values ?? TokenFields.Values(token)
        values.keepLocked(of: token, service, for: person)
        let fields = TokenFields(
            values: values, error: rejected?.error,
            saved: rejected?.isStale == true ? TokenFields.Values(token) : nil)
        let records = shownDeliveries
        return TokenDetailPage(
            crumbs: [PageLink(url: "/tokens", text: "Tokens")], path: view.path, service: view.badge, name: token.name,
            scope: token.scope?.text, state: .of(view), isEnabled: token.state == .enabled, notices: notices,
            rename: rename,
            problem: rejected?.problem, url: CopyField(id: "url", label: "Webhook URL", value: view.url),
            accepted: NumberText.grouped(view.activity.published),
            withheld: NumberText.grouped(view.activity.withheld), refused: NumberText.grouped(view.activity.refused),
            canTest: token.state == .enabled && view.isServiceOffered,
            waiting: isWaiting ? WaitingCard(view, deliveries) : nil,
            deliveryFilters: deliveryFilters, hasDeliveries: !deliveries.all.isEmpty,
            deliveries: records.map { DeliveryRow($0, service: view.serviceTitle, settings: portal.settings) },
            preview: service.flatMap {
                MessagePreview(
                    $0, token: token, last: deliveries.accepted.first { $0.topic != nil }, sender: person.account,
                    renderer: portal.messages, now: now)
            },
            history: details.history.map { HistoryRow($0, namesToken: false) }, olderHistory: olderHistory,
            version: rejected?.version ?? token.settingsVersion, fields: fields.main(of: service),
            settings: fields.settings(of: service),
            checks: fields.checks(of: service, isAdmin: person.isAdmin, isNew: false),
            allowsPrivate: fields.values.publishesPrivate,
            owners: owners, ownerKind: ownerKind, ownerName: ownerName, ownerAgain: rejected?.ownerAgain,
            secret: secret(fields),
            deleteName: TextField(
                id: "delete-name", name: "name", label: "Enter token name to delete",
                hint: "Its URL stops working, and its deliveries and counts are deleted. This can’t be undone.",
                error: rejected?.deleteError),
            messageTag: view.messageTag.description, privateError: fields.privateProblem)
    }

    private var notices: [Alert] {
        var notices: [Alert] = []
        if view.role == .admin {
            notices.append(
                Alert(
                    kind: .warning,
                    text: "You’re viewing this token as an administrator. Your changes are recorded in its history."))
        }
        if let last = view.activity.lastLimitedAt, last > now.advanced(by: .seconds(-7 * 86_400)) {
            let count = NumberText.counted(view.activity.limited, "delivery was", "deliveries were")
            notices.append(
                Alert(
                    kind: .warning,
                    text: "\(count) refused for exceeding the limit per minute, most recently on "
                        + "\(Moment(last).text). \(view.serviceTitle) may not resend them."))
        }
        if view.activity.isImpossible {
            notices.append(
                Alert(
                    kind: .warning,
                    text:
                        "Some of this token’s counts or times in the database are invalid. Don’t rely on them, and tell "
                        + "this server’s administrators."))
        }
        if !view.isServiceOffered {
            notices.append(
                Alert(
                    kind: .warning,
                    text: "\(view.serviceTitle) is turned off on this server. Deliveries to this URL get a 404 error."))
        } else if token.state == .disabled {
            notices.append(Alert(kind: .info, text: "This token is disabled. All deliveries are refused."))
        }
        return notices + [secretNotice, filterNotice].compactMap { $0 }
    }

    /// Warns while a former secret is about to end and the new one was not used yet. It is not known which of several
    /// former ones is in use, so it may be the one that ends first.
    private var secretNotice: Alert? {
        let ends = view.formerSecretExpiries(now: now)
        guard let end = ends.min(), isNewSecretUnused else { return nil }
        let isUsed = view.activity.secrets.since == token.secretsSince && view.activity.secrets.formerUsedAt != nil
        let former =
            switch (isUsed, ends.count > 1) {
            case (true, false): "Deliveries still use a previous secret, which expires on"
            case (true, true): "Deliveries still use a previous secret; the first of those expires on"
            case (false, false): "The previous secret expires on"
            case (false, true): "The first of the previous secrets expires on"
            }
        return Alert(
            kind: .warning,
            text: "The new secret hasn’t been used yet. \(former) \(Moment(end).text). Replace the secret at "
                + "\(view.serviceTitle) before then.")
    }

    /// A Boolean value that indicates whether the token's secret replaced another, and was certainly not used yet.
    /// Which secrets came before that was written down is not known.
    private var isNewSecretUnused: Bool {
        guard token.rotatedAt != nil, newSecretUsedAt == nil else { return false }
        let isNoted = view.activity.secrets.since != nil
        return isNoted || view.activity.lastAcceptedAt.map { $0 < token.secretsSince } ?? true
    }

    /// When the secret of the last rotation was first used, if it was.
    private var newSecretUsedAt: UnixTime? {
        view.activity.secrets.since == token.secretsSince ? view.activity.secrets.firstUsedAt : nil
    }

    /// The other repository of the last deliveries, if they agree: it was renamed, or moved.
    private var rename: TokenDetailPage.ScopeOffer? {
        let accepted = deliveries.ofService.accepted
        guard let scope = token.scope, token.state == .enabled, let last = accepted.first,
            last.reason == Withheld.outOfScope.code, let repository = last.repository,
            let found = try? TokenScope(repository), !scope.contains(repository.utf8)
        else { return nil }
        // A webhook of a whole organization sends of many repositories, and of the right one, too.
        let others = accepted.prefix { $0.reason == Withheld.outOfScope.code }
        guard others.allSatisfy({ $0.repository == repository }) else { return nil }
        let isOwner = !scope.text.contains("/")
        return .init(
            repository: repository, scope: scope.text,
            newScope: isOwner ? String(found.text.prefix { $0 != "/" }) : found.text)
    }

    /// A warning if the event filter let none of the latest deliveries through, and would not now.
    private var filterNotice: Alert? {
        guard let filter = token.eventFilter else { return nil }
        // What is outside of the scope never comes to the filter.
        let held = deliveries.ofService.accepted.filter { $0.reason != Withheld.outOfScope.code }
        guard !held.isEmpty, held.allSatisfy({ isHeldBack($0, by: filter) }) else { return nil }
        let events = Set(held.compactMap(\.event)).sorted().prefix(5).joined(separator: ", ")
        let last = held.count == 1 ? "The last delivery" : "The last \(NumberText.grouped(held.count)) deliveries"
        return Alert(
            kind: .warning,
            text: "No recent delivery matches “Events to publish” (\(filter)). \(last) had other events"
                + (events.isEmpty ? "." : " (\(events)).") + " Add them in the settings, or leave the field empty.")
    }

    /// Returns a Boolean value that indicates whether the filter that the token had then let a delivery not through,
    /// and the present one would not, either.
    private func isHeldBack(_ record: DeliveryRecord, by filter: EventFilter) -> Bool {
        guard let event = record.event else { return false }
        return record.reason == Withheld.filtered(name: event).code && !filter.allows(event)
    }

    /// A Boolean value that indicates whether nothing was published yet but test events.
    private var isWaiting: Bool {
        view.activity.lastPublishedAt == nil && !deliveries.ofService.accepted.contains { $0.outcome == .published }
    }

    /// The deliveries of the chosen kind; the kinds are those of the counts.
    private var shownDeliveries: [DeliveryRecord] {
        switch show {
        case "accepted": deliveries.accepted.filter { $0.outcome == .published }
        case "withheld": deliveries.accepted.filter { $0.outcome != .published }
        case "refused": deliveries.refused
        default: deliveries.all
        }
    }

    private var deliveryFilters: [PageLink] {
        [("", "All"), ("accepted", "Published"), ("withheld", "Not published"), ("refused", "Refused")].map {
            value, text in
            PageLink(
                url: view.path + (value.isEmpty ? "" : "?show=\(value)") + "#deliveries", text: text,
                isCurrent: value == (show ?? ""))
        }
    }

    private var olderHistory: String? {
        guard details.history.count >= portal.settings.pages.historyLength, let last = details.history.last else {
            return nil
        }
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
            id: "owner-kind", name: "kind", label: "Add",
            choices: [("person", "Person", TokenOwner.Kind.user), ("group", "Group", .group)].map {
                Choice(value: $0.0, label: $0.1, isSelected: $0.2 == (rejected?.ownerKind ?? .user))
            })
    }

    private var ownerName: TextField {
        TextField(
            id: "owner-name", name: "name", label: "Name", value: rejected?.ownerName ?? "",
            maximum: TokenOwner.maximumNameCount,
            error: rejected?.ownerError ?? (rejected?.error?.place == .owner ? rejected?.error?.sentence : nil))
    }

    /// Returns the state of the secret; `nil` for a service without secrets.
    private func secret(_ fields: TokenFields) -> TokenDetailPage.SecretState? {
        guard service?.secretOrigin != .nowhere else { return nil }
        return .init(
            version: token.secretsVersion, since: Moment(token.secretsSince),
            firstUsed: newSecretUsedAt.map { Moment($0) },
            isUnused: isNewSecretUnused,
            formerUntil: view.formerSecretExpiries(now: now).map { Moment($0) },
            grace: SelectField(
                id: "grace", name: "grace", label: "Keep the current secret valid for",
                choices: [("0", "Revoke now"), ("1h", "1 hour"), ("24h", "1 day"), ("168h", "7 days")].map {
                    Choice(value: $0.0, label: $0.1, isSelected: $0.0 == "24h")
                },
                error: rejected?.error?.place == .grace ? rejected?.error?.sentence : nil),
            ownSecret: fields.ownSecret(of: service), isOwnSecretNeeded: service?.secretOrigin == .there,
            isOwnSecretOpen: fields.error?.place == .secret, steps: service.map { SetupSteps.rotating($0) } ?? [])
    }
}
