import WebPages
import WebhookServices

/// `/tokens/<id>`, what is below it to read.
struct TokenDetailPages: Sendable {
    let site: WebSite

    /// What a form on the page holds that was not accepted.
    struct Rejected: Sendable {
        /// What to say at the top.
        var problem: String
        /// The settings as they were typed.
        var values: TokenFields.Values?
        /// What is wrong with a field.
        var error: TokenInputError?
        /// The owner's name as it was typed.
        var ownerName = ""
        /// What is wrong with the name that was typed to delete the token.
        var deleteError: String?
    }

    /// The page.
    func show(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        try await page(request, nil)
    }

    /// The page after a form that was not accepted.
    func page(_ request: PageRequest, _ rejected: Rejected?) async throws(PageFailure) -> PageAnswer {
        let id = try request.tokenID()
        let person = try request.person()
        let before = request.query.before
        let limit = site.settings.historyEntries
        let (view, deliveries, history) = try await asking { () async throws(TokenDeskError) in
            (
                try await site.desk.token(id, by: person), try await site.desk.deliveries(id, by: person),
                try await site.desk.history(id, before: before, limit: limit, by: person)
            )
        }
        let content = TokenDetailComposer(
            site: site, view: view, person: person, deliveries: deliveries, show: request.query["show"],
            history: history, rejected: rejected, now: request.now
        ).page()
        return .page(content, .tokens, status: rejected == nil ? 200 : 422)
    }

    /// What to do at the service, once more.
    func setup(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let id = try request.tokenID()
        let person = try request.person()
        let view = try await asking { () async throws(TokenDeskError) in try await site.desk.token(id, by: person) }
        guard let service = site.services.known(named: view.token.service) else { throw .notFound }
        return .page(
            SetupPage(
                title: "Setting it up at \(service.title)",
                crumbs: [PageLink(url: "/tokens", text: "Tokens"), PageLink(url: view.path, text: view.token.name)],
                service: view.badge, name: view.token.name,
                url: CopyField(id: "url", label: "Webhook URL", value: view.url),
                hasSecret: service.secretOrigin != .nowhere, guide: SetupSteps(service),
                path: view.path),
            .tokens)
    }

    /// What came in last, in JSON: `{"seen": 3, "last": {"refused": false, "text": …, "outcome": "withheld", …}}`.
    func status(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let id = try request.tokenID()
        let person = try request.person()
        let (view, deliveries) = try await asking { () async throws(TokenDeskError) in
            (try await site.desk.token(id, by: person), try await site.desk.deliveries(id, by: person))
        }
        let last = deliveries.all.first.map { record -> String in
            let card = WaitingCard.Last(record, view)
            return """
                {"refused": \(record.outcome == .refused), "text": \(JSONText.quoted(card.text)), \
                "advice": \(JSONText.quoted(card.advice ?? "")), "title": \(JSONText.quoted(card.title)), \
                "outcome": "\(card.outcome)", "at": \(record.at.milliseconds)}
                """
        }
        let seen = deliveries.seen(view.activity)
        return PageAnswer(body: .json(Array("{\"seen\": \(seen), \"last\": \(last ?? "null")}\n".utf8)))
    }
}
