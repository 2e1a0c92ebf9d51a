import Encodings
import WebPages
import WebhookServices

/// `/tokens/<id>/secret`: shows a secret, once. It comes by a sealed cookie from the POST that made it, so that
/// reloading the page repeats nothing, and the page after it shows nothing any more.
struct SecretPages: Sendable {
    let site: WebSite

    /// The way there.
    static func redirect(_ issued: IssuedToken, _ occasion: FreshSecret.Occasion, isShown: Bool) -> PageAnswer {
        let fresh = FreshSecret(
            token: issued.view.token.id, occasion: occasion, secret: isShown ? issued.secret.reveal() : nil)
        return PageAnswer(body: .redirect(issued.view.path + "/secret"), notes: [.secret: fresh.encoded])
    }

    /// The page.
    func show(_ request: PageRequest) async throws(PageFailure) -> PageAnswer {
        let id = try request.tokenID()
        let person = try request.person()
        let view = try await asking { () async throws(TokenServiceError) in
            try await site.tokens.token(id, by: .person(person))
        }
        guard let fresh = request.note(.secret).flatMap({ FreshSecret($0) }), fresh.token == id else {
            let service = site.services.known(named: view.token.service)
            if service?.secretOrigin == .nowhere { return PageAnswer(body: .redirect(view.path)) }
            return .redirect(
                view.path, .info, "Secrets are shown only once. If you need another, create a new one here.")
        }
        var answer = PageAnswer.page(content(fresh, view, person), .tokens)
        answer.spent = [.secret]
        return answer
    }

    private func content(_ fresh: FreshSecret, _ view: TokenView, _ person: Person) -> SecretPage {
        let service = site.services.known(named: view.token.service)
        let isNew = fresh.occasion == .created
        let name = view.token.name
        let secret = fresh.secret
        let signing = secret ?? (service?.secretOrigin == .nowhere ? "" : nil)
        let command = signing.flatMap { secret in
            service.flatMap {
                TestCommand($0, token: view.token, url: view.url, secret: secret, sender: person.account)
            }
        }
        return SecretPage(
            title: isNew ? "Token created" : "New secret",
            credentials: service?.secretOrigin == .nowhere ? "Webhook URL" : "URL and secret",
            crumbs: [PageLink(url: "/tokens", text: "Tokens"), PageLink(url: view.path, text: name)],
            service: view.badge, heading: isNew ? "“\(name.isolated)” is ready" : "“\(name.isolated)” has a new secret",
            lead: lead(isNew: isNew, hasSecret: secret != nil, view),
            url: CopyField(id: "url", label: "Webhook URL", value: view.url),
            urlWithSecret: secret.flatMap { secret in
                service?.setup.takesSecretInURL == true
                    ? CopyField(
                        id: "url-with-secret", label: "URL with secret",
                        value: SetupGuide.urlWithSecret(view.url, secret: secret), isSecret: true) : nil
            },
            secret: secret.map { CopyField(id: "secret", label: "Secret", value: $0, isSecret: true) },
            noSecret: secret == nil ? noSecret(service) : nil,
            formerUntil: isNew ? [] : view.formerSecretExpiries().map { Moment($0) },
            waiting: isNew ? WaitingCard(view) : nil,
            guide: service.map { isNew ? SetupSteps($0) : SetupSteps(rotating: $0) },
            test: (command?.parts ?? []).map { CodePart(text: $0.text, isSecret: $0.isSecret) },
            testNote: command?.note,
            tokenURL: view.path)
    }

    private func lead(isNew: Bool, hasSecret: Bool, _ view: TokenView) -> String {
        switch (isNew, hasSecret) {
        case (true, true): "Copy the URL and secret to \(view.serviceTitle)."
        case (true, false): "Copy the URL to \(view.serviceTitle)."
        case (false, _): "Replace the secret at \(view.serviceTitle)."
        }
    }

    private func noSecret(_ service: (any WebhookService)?) -> String {
        service?.secretOrigin == .nowhere
            ? "Anyone with this URL can send deliveries, so keep it private."
            : "Uses the secret you provided."
    }
}

extension WaitingCard {
    /// Watches for a token's next delivery.
    ///
    /// - Parameter deliveries: Those that came so far.
    init(_ view: TokenView, _ deliveries: DeliveryList = DeliveryList()) {
        self.init(
            statusURL: view.path + "/status", since: Int(clamping: deliveries.seen(view.activity)),
            tokenURL: view.path, serviceTitle: view.serviceTitle,
            last: deliveries.ofService.all.first.map { Last($0, view) })
    }
}

extension WaitingCard.Last {
    /// The outcome of a delivery.
    init(_ record: DeliveryRecord, _ view: TokenView) {
        let event = record.event.map { "“\($0.isolated)”" } ?? "A delivery"
        let (outcome, title, text) =
            switch record.outcome {
            case .published:
                (
                    "published",
                    view.activity.published <= 1 ? "First delivery received" : "Delivery published",
                    "\(event) was published" + (record.topic.map { " as \($0)." } ?? ".")
                )
            case .repeated:
                ("published", "Delivery repeated", "\(event) was received again. It was already published.")
            case .withheld:
                (
                    "withheld", "Last delivery not published", "\(event) was accepted but not published."
                )
            case .refused: ("refused", "Last delivery refused", "\(event) was refused.")
            }
        let advice = record.outcome == .repeated ? nil : record.reason
        self.init(
            outcome: outcome, title: title, text: text,
            advice: advice.map { DeliveryReason.explanation(of: $0, service: view.serviceTitle, record: record) })
    }
}

extension DeliveryList {
    /// Returns the number of known deliveries. The list can be ahead of the counters, which are written in batches.
    func seen(_ activity: TokenActivity) -> Int64 { max(activity.total, Int64(all.count)) }
}

extension TokenActivity {
    /// All that came in.
    var total: Int64 { published + withheld + refused }
}
