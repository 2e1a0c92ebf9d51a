import WebPages
import WebhookServices

/// `/tokens/new`: the choice of a service.
struct ServicesPage: PageContent {
    static let template = "services"

    var title: String { "New token" }

    /// The breadcrumbs.
    var crumbs: [PageLink]
    var services: [Entry]

    /// A service to choose.
    struct Entry: Sendable {
        var service: ServiceBadge
        /// The address of its form.
        var url: String
        /// The events that the service sends, or what it needs first, in a few words.
        var summary: String
    }
}

/// `/tokens/new?service=…`: the form.
struct NewTokenPage: PageContent {
    static let template = "newtoken"

    var title: String { "New token for \(service.title)" }

    /// The breadcrumbs.
    var crumbs: [PageLink]
    var service: ServiceBadge
    /// The next step.
    var lead = ""
    /// The steps at the service to take first, where it makes the secret.
    var guide: SetupSteps?
    /// The error message at the top.
    var problem: String?
    /// Name, scope, events.
    var fields: [TextField]
    /// The fields of the service's other settings.
    var settings: [TextField] = []
    /// The settings that are on or off.
    var checks: [CheckField] = []
    /// A Boolean value that indicates whether private content is published.
    var allowsPrivate = false
    /// `nil`: nobody else can have changed that setting yet.
    let privateError: String? = nil
    /// The field for a secret of one's own, where that is optional.
    var ownSecret: TextField?
    /// A Boolean value that indicates whether that is open.
    var isOwnSecretOpen = false
}

/// `/tokens/new`: the choice of a service, and the form.
struct NewTokenPages: Sendable {
    let portal: Portal

    private static let crumbs = [PageLink(url: "/tokens", text: "Tokens")]
    private static let formCrumbs = crumbs + [PageLink(url: "/tokens/new", text: "New token")]

    /// The services, or the form for one of them.
    func form(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let person = try request.person()
        guard let service = request.query["service"].flatMap(portal.services.offered(named:)) else {
            return choice()
        }
        if let draft = request.draft, draft.path == "/tokens/new" {
            let filled = draft.filled(request)
            if filled.field("service") == service.name {
                let values = TokenFields.Values(filled, service: service)
                var answer = form(service, TokenFields(values: values), for: person, opensSecret: draft.hadSecret)
                answer.flash = .restored(hadSecret: draft.hadSecret)
                answer.deletedCookies = [.draft]
                return answer
            }
        }
        var values = TokenFields.Values()
        values.scope = request.query["scope"] ?? ""
        values.name = request.query["name"] ?? ""
        return form(service, TokenFields(values: values), for: person)
    }

    /// Creates the token.
    func create(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let person = try request.person()
        guard let service = portal.services.offered(named: request.field("service")) else {
            return choice()
        }
        let values = TokenFields.Values(request, service: service)
        let secret = request.field("secret")
        let new = NewToken(
            service: service.name, name: values.name, scope: values.scope, secret: secret, events: values.events,
            publishesPrivate: values.publishesPrivate, settings: values.settings)
        let issued: IssuedToken
        do throws(TokenServiceError) {
            issued = try await portal.tokens.create(new, by: .person(person))
        } catch .invalid(let error) {
            return form(
                service, TokenFields(values: values, error: error), for: person,
                problem: error.place == .none
                    ? "Token not created. \(error.sentence)" : "Token not created. Check the field marked below.")
        } catch .tooMany(let text) {
            return form(service, TokenFields(values: values), for: person, problem: text, status: 429)
        } catch {
            throw PageFailure(error)
        }
        let isShown = secret.isEmpty && service.secretOrigin != .nowhere
        return SecretPages.redirect(issued, .created, isShown: isShown)
    }

    private func choice() -> PageResponse {
        .page(
            ServicesPage(
                crumbs: Self.crumbs,
                services: portal.services.offered.map { service in
                    .init(
                        service: ServiceBadge(service), url: "/tokens/new?service=\(service.name)",
                        summary: Self.summary(service))
                }),
            .tokens)
    }

    private static func summary(_ service: any WebhookService) -> String {
        switch (service.secretOrigin, service.proof) {
        case (.nowhere, _), (_, .pathOnly): "No secret: keep the URL private"
        case (.there, _): "You need a key from \(service.title) first"
        case (.here, _): service.setup.summary ?? "Webhooks from \(service.title)"
        }
    }

    private static func lead(_ service: any WebhookService) -> String {
        switch service.secretOrigin {
        case .here: "You get the URL and secret on the next page."
        case .there: "You need a key from \(service.title) first. You get the URL on the next page."
        case .nowhere: "You get the URL on the next page."
        }
    }

    private func form(
        _ service: any WebhookService, _ fields: TokenFields, for person: Person, problem: String? = nil,
        status: Int = 422, opensSecret: Bool = false
    ) -> PageResponse {
        let ownSecret = service.secretOrigin == .nowhere ? nil : fields.ownSecret(of: service)
        let isNeeded = service.secretOrigin == .there
        return .page(
            NewTokenPage(
                crumbs: Self.formCrumbs, service: ServiceBadge(service), lead: Self.lead(service),
                guide: isNeeded ? SetupSteps(service) : nil, problem: problem,
                fields: fields.main(of: service) + (isNeeded ? [ownSecret].compactMap { $0 } : []),
                settings: fields.settings(of: service),
                checks: fields.checks(of: service, isAdmin: person.isAdmin, isNew: true),
                allowsPrivate: fields.values.publishesPrivate,
                ownSecret: isNeeded ? nil : ownSecret, isOwnSecretOpen: opensSecret || fields.error?.place == .secret),
            .tokens, status: problem == nil ? 200 : status)
    }
}
