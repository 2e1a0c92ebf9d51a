import Database
import Encodings
import FoundationEssentials
import WebPages
import WebhookServices

/// Shows a secret, once: of a new token, or after it was replaced.
struct SecretPage: PageContent {
    static let template = "secret"

    var title: String
    /// The heading above the URL and, where there is one, the secret.
    var credentials = "URL and secret"
    /// The breadcrumbs.
    var crumbs: [PageLink]
    var service: ServiceBadge
    /// The explanation, in a sentence.
    var heading: String
    /// The next step.
    var lead: String
    /// The address.
    var url: CopyField
    /// The URL with the secret in it, for services that take them as one.
    var urlWithSecret: CopyField?
    var secret: CopyField?
    /// The text in its place if there is no secret to show.
    var noSecret: String?
    /// The times at which previous secrets expire.
    var formerUntil: [Moment] = []
    /// The card that waits for the first delivery.
    var waiting: WaitingCard?
    /// The steps at the service.
    var guide: SetupSteps?
    /// A command that sends a test event; empty for none.
    var test: [CodePart] = []
    /// A note about the command.
    var testNote: String?
    /// The token's page.
    var tokenURL: String
}

/// A value with a copy button.
struct CopyField: Sendable {
    /// The element's id.
    var id: String
    var label: String
    var value: String
    var hint: String?
    /// A Boolean value that indicates whether it is a secret, which can be hidden.
    var isSecret = false
}

/// A part of a command. Secret parts can be hidden.
struct CodePart: Sendable {
    var text: String
    /// A Boolean value that indicates whether it is a secret.
    var isSecret = false
}

/// `/tokens/<id>/secret`: shows a secret, once. It comes by a sealed cookie from the POST that made it, so that
/// reloading the page repeats nothing, and the secret is not shown again.
struct SecretPages: Sendable {
    let portal: Portal

    /// Returns the redirect to the page.
    static func redirect(_ issued: IssuedToken, _ occasion: FreshSecret.Occasion, isShown: Bool) -> PageResponse {
        let fresh = FreshSecret(
            token: issued.view.token.id, occasion: occasion, secret: isShown ? issued.secret.reveal() : nil)
        return PageResponse(body: .redirect(issued.view.path + "/secret"), cookies: [.secret: fresh.encoded])
    }

    func show(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let view = try await portal.token(of: request)
        guard let fresh = request.cookies[.secret].flatMap({ FreshSecret($0) }), fresh.token == view.token.id else {
            let service = portal.services.known(named: view.token.service)
            if service?.secretOrigin == .nowhere { return PageResponse(body: .redirect(view.path)) }
            return .redirect(
                view.path, .info, "Secrets are shown only once. If you need another, create a new one here.")
        }
        var answer = PageResponse.page(content(fresh, view, try request.person()), .tokens)
        answer.deletedCookies = [.secret]
        return answer
    }

    private func content(_ fresh: FreshSecret, _ view: TokenView, _ person: Person) -> SecretPage {
        let service = portal.services.known(named: view.token.service)
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
            test: command?.parts ?? [],
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

/// A token's new secret on its way to the one page that shows it, in a sealed cookie.
struct FreshSecret: Sendable, Equatable {
    /// The reason why there is a new secret.
    enum Occasion: String, Sendable {
        /// The token was created.
        case created
        /// The token got a new secret.
        case rotated
    }

    let token: TokenID
    /// The reason why there is a new one.
    let occasion: Occasion
    /// The secret; `nil` if people provided their own or there is none.
    let secret: String?

    /// The value of a cookie: three lines.
    var encoded: [UInt8] { Array("\(token)\n\(occasion.rawValue)\n\(secret ?? "")".utf8) }

    init(token: TokenID, occasion: Occasion, secret: String?) {
        self.token = token
        self.occasion = occasion
        self.secret = secret
    }

    /// Reads the value of a cookie; `nil` if it is none.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 3, let token = TokenID(lines[0]), let occasion = Occasion(rawValue: String(lines[1]))
        else { return nil }
        self.init(token: token, occasion: occasion, secret: lines[2].isEmpty ? nil : String(lines[2]))
    }
}

/// A test event of a service as a command for people to run.
struct TestCommand: Sendable {
    /// The command, `curl …`, in parts: those that hold the secret, and the others.
    let parts: [CodePart]
    let note: String?

    /// - Parameter sender: The account that the event names.
    /// - Returns: `nil` if the secret cannot sign.
    init?(
        _ service: any WebhookService, token: Token, url: String, secret: String, sender: String,
        now: UnixTime = .now()
    ) {
        let id = UUID().uuidString.lowercased()
        let example = service.exampleHeaders(event: nil) ?? [:]
        var headers = example.mapValues { value in
            switch value {
            case ExampleValue.uuid: id
            case ExampleValue.time: String(now.milliseconds / 1000)
            default: value
            }
        }
        let body = service.examplePayload(repository: Self.repository(of: token), sender: sender, id: id)
        guard let proof = try? service.exampleProof(of: Array(body.utf8), headers: headers, secret: Array(secret.utf8))
        else { return nil }
        headers.merge(proof) { $1 }
        headers["content-type"] = "application/json"
        var parts = [CodePart(text: "curl --data-binary \(ShellText.quoted(body))")]
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            // Not a signature, but the secret itself.
            let isSecret = service.proof == .sharedSecret && proof[name] != nil
            parts.append(CodePart(text: " \\\n  --header '\(name): "))
            parts.append(CodePart(text: String(ShellText.quoted(value).dropFirst().dropLast()), isSecret: isSecret))
            parts.append(CodePart(text: "'"))
        }
        parts.append(CodePart(text: " \\\n  \(ShellText.quoted(url))"))
        self.parts = parts
        let isTimed = example.contains { $0.value == ExampleValue.time }
        note = isTimed ? "The signature is valid for five minutes." : nil
    }

    /// Returns a repository that the token is for.
    static func repository(of token: Token) -> String {
        token.scope.map { $0.text.contains("/") ? $0.text : $0.text + "/test" } ?? "example/test"
    }
}
