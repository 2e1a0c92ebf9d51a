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
        let view = try await asking { () async throws(TokenDeskError) in try await site.desk.token(id, by: person) }
        guard let fresh = request.note(.secret).flatMap({ FreshSecret($0) }), fresh.token == id else {
            return .redirect(view.path, .info, "A secret is shown only once. If you need another, make a new one here.")
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
            title: isNew ? "The token is made" : "A new secret",
            crumbs: [PageLink(url: "/tokens", text: "Tokens"), PageLink(url: view.path, text: name)],
            service: view.badge, heading: isNew ? "“\(name)” is ready" : "“\(name)” has a new secret",
            lead: lead(isNew: isNew, hasSecret: secret != nil, view),
            url: CopyField(id: "url", label: "Webhook URL", value: view.url),
            urlWithSecret: secret.flatMap { secret in
                service?.setup.takesSecretInURL == true
                    ? CopyField(
                        id: "url-with-secret", label: "URL with the secret in it",
                        value: SetupGuide.urlWithSecret(view.url, secret: secret), isSecret: true) : nil
            },
            secret: secret.map { CopyField(id: "secret", label: "Secret", value: $0, isSecret: true) },
            noSecret: secret == nil ? noSecret(service) : nil,
            formerUntil: isNew ? [] : view.formerSecretExpiries().map { Moment($0) },
            waiting: isNew ? WaitingCard(view) : nil, guide: service.map { SetupSteps($0) },
            test: command?.text, testNote: command?.note,
            tokenURL: view.path)
    }

    private func lead(isNew: Bool, hasSecret: Bool, _ view: TokenView) -> String {
        switch (isNew, hasSecret) {
        case (true, true): "Take the address and the secret to \(view.serviceTitle)."
        case (true, false): "Take the address to \(view.serviceTitle)."
        case (false, _): "Replace the secret at \(view.serviceTitle)."
        }
    }

    private func noSecret(_ service: (any WebhookService)?) -> String {
        service?.secretOrigin == .nowhere
            ? "This service knows no secret. Whoever has the address can send: keep it to yourself."
            : "It has the secret that you brought."
    }
}

extension WaitingCard {
    /// Watches for a token's next delivery.
    init(_ view: TokenView) {
        self.init(
            statusURL: view.path + "/status", since: Int(clamping: view.activity.total), tokenURL: view.path,
            serviceTitle: view.serviceTitle)
    }
}

extension TokenActivity {
    /// All that came in.
    var total: Int64 { published + withheld + refused }
}
