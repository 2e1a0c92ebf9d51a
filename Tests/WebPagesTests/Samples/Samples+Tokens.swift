import WebPages

@testable import Gateway

extension Samples {
    static let tokens: [Sample] = [
        Sample("token", frame(.tokens, flash: Alert(kind: .success, text: "Changes saved.")), token()),
        Sample("token-new", frame(.tokens), token(isNew: true)),
        Sample(
            "token-disabled", frame(.tokens, isAdmin: true),
            token(
                isEnabled: false,
                notices: [
                    Alert(
                        kind: .warning,
                        text: "You’re viewing this token as an administrator. Your changes are recorded in its history."
                    ),
                    Alert(kind: .info, text: "This token is disabled. All deliveries are refused."),
                ])),
        Sample(
            "token-wrong", frame(.tokens, hasErrors: true),
            token(problem: "Changes not saved. Check the field marked below.")),
        Sample("token-renamed", frame(.tokens), renamedRepository),
        Sample("token-refused", frame(.tokens), refusedFirst),
    ]

    /// The webhook's repository has another name now, and the new secret is not in use.
    static var renamedRepository: TokenDetailPage {
        var page = token(notices: [Alert(kind: .warning, text: "The new secret hasn’t been used yet.")])
        page.rename = .init(
            repository: "fedora-infra/bodhi-server", scope: "fedora-infra/bodhi",
            newScope: "fedora-infra/bodhi-server")
        page.secret?.isUnused = true
        page.secret?.grace.error = "2 previous secrets still work."
        return page
    }

    /// Waits on, after a first delivery that was refused; its service makes the secret itself.
    static var refusedFirst: TokenDetailPage {
        var page = token(isNew: true)
        page.waiting?.last = .init(
            outcome: "refused", title: "Last delivery refused", text: "A delivery was refused.",
            advice: "The signature doesn’t match. The secrets here and at GitHub differ.")
        page.secret?.isOwnSecretNeeded = true
        page.secret?.firstUsed = earlier
        page.secret?.steps = ["Click “Rotate client secret”.", "Enter it here right away."]
        return page
    }

    static func token(
        isNew: Bool = false, isEnabled: Bool = true, notices: [Alert] = [], problem: String? = nil
    ) -> TokenDetailPage {
        TokenDetailPage(
            crumbs: toTokens, path: "/tokens/3v7k2m9x4q8r1t6w5y0zabcdef", service: gitHub, name: "bodhi",
            scope: "fedora-infra/bodhi", state: isEnabled ? enabled : disabled, isEnabled: isEnabled, notices: notices,
            problem: problem, url: CopyField(id: "url", label: "Webhook URL", value: url),
            accepted: isNew ? "0" : "12,345", withheld: isNew ? "0" : "7", refused: isNew ? "0" : "21",
            canTest: isEnabled, waiting: isNew ? waiting : nil,
            deliveryFilters: [
                PageLink(url: "/tokens/x#deliveries", text: "All", isCurrent: true),
                PageLink(url: "/tokens/x?show=accepted#deliveries", text: "Published"),
                PageLink(url: "/tokens/x?show=withheld#deliveries", text: "Not published"),
                PageLink(url: "/tokens/x?show=refused#deliveries", text: "Refused"),
            ],
            hasDeliveries: !isNew, deliveries: isNew ? [] : deliveries,
            preview: isNew
                ? nil
                : MessagePreview(
                    lead: "A delivery like the last one becomes this message",
                    topic: "org.fedoraproject.prod.github.push", message: preview),
            history: isNew ? Array(history().suffix(1)) : history(), olderHistory: isNew ? nil : "/tokens/x?before=1",
            fields: [nameField("bodhi"), scopeField("fedora-infra/bodhi"), eventsField("push, pull_request.*")],
            owners: [
                OwnerRow(kind: .person, name: "zoe", isYou: true, canRemove: true),
                OwnerRow(kind: .group, name: "infra-sig", canRemove: true),
            ],
            ownerKind: SelectField(
                id: "owner-kind", name: "kind", label: "Add",
                choices: [
                    Choice(value: "person", label: "Person", isSelected: true), Choice(value: "group", label: "Group"),
                ]),
            ownerName: TextField(id: "owner-name", name: "name", label: "Name"),
            secret: .init(
                since: earlier, formerUntil: isNew ? [] : [later],
                grace: SelectField(
                    id: "grace", name: "grace", label: "Keep the current secret valid for",
                    choices: [
                        Choice(value: "0", label: "Revoke now"), Choice(value: "1h", label: "1 hour"),
                        Choice(value: "24h", label: "1 day", isSelected: true), Choice(value: "7d", label: "7 days"),
                    ]),
                ownSecret: ownSecret),
            deleteName: TextField(
                id: "delete-name", name: "name", label: "Enter token name to delete",
                hint: "Its URL stops working, and its deliveries and counts are deleted. This can’t be undone."))
    }

    static let deliveries = [
        DeliveryRow(
            when: moment, event: "push", topic: "org.fedoraproject.prod.github.push",
            messageID: "0c4a37a1-6a3c-5f0e-9d0c-6f0f6f3f8a11",
            messageURL: "https://apps.fedoraproject.org/datagrepper/v2/id?id=0c4a37a1-6a3c-5f0e-9d0c-6f0f6f3f8a11",
            size: "7.2 kB", outcome: published),
        DeliveryRow(
            when: moment, event: nil, size: "7.1 kB", outcome: refused,
            advice: DeliveryAdvice(
                what: "The signature doesn’t match.",
                todo: "The secrets here and at GitHub differ, or a proxy changed the body.")),
        DeliveryRow(
            when: earlier, event: "dependabot_alert", size: "3.0 kB", outcome: withheld,
            advice: DeliveryAdvice(
                what: "Security alert.",
                todo: "Turn on “Also publish private content” to publish it.")),
        DeliveryRow(
            when: earlier, event: "pull_request.opened", topic: "org.fedoraproject.prod.github.pull_request",
            messageID: "a98d6a0c-52d4-5f47-8df3-0c6f5a3f9b02", size: "21 kB", outcome: published),
    ]

    static let preview = """
        {
          "agent": "zoe",
          "body": {
            "ref": "refs/heads/main",
            "repository": { "full_name": "fedora-infra/bodhi" }
          },
          "headers": { "x-github-event": "push" }
        }
        """
}
