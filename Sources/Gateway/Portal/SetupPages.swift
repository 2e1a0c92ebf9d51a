import WebPages
import WebhookServices

/// `/tokens/<id>/setup`: what to do at the service, once more.
struct SetupPage: PageContent {
    static let template = "setup"

    var title: String
    /// The breadcrumbs.
    var crumbs: [PageLink]
    var service: ServiceBadge
    /// The token's name.
    var name: String
    /// The address.
    var url: CopyField
    /// A Boolean value that indicates whether a secret goes with it.
    var hasSecret = true
    /// The steps at the service.
    var guide: SetupSteps
    /// The token's page.
    var path: String
}

/// The steps at a service.
struct SetupSteps: Sendable {
    /// The display name of the service.
    var serviceTitle: String
    /// The places at which webhooks are set up.
    var places: [Place]
    var steps: [String]
    /// The fields to fill in.
    var fields: [Field]
    /// The events to choose.
    var events: String?
    /// Other remarks.
    var notes: [String] = []
    /// The service's own page on it.
    var reference: String?

    /// The place at which webhooks are set up.
    struct Place: Sendable {
        /// The kind of place.
        var title: String
        /// The links to click, in turn.
        var path: [String]
        /// The page's address, its variable parts in capitals.
        var address: String?
    }

    /// The content of a field of the service's form.
    struct Field: Sendable {
        /// The name of the field in the form.
        var label: String
        /// The content of the field.
        var value: String
        /// A Boolean value that indicates whether that is to be taken as it is, and not the name of something on this
        /// page.
        var isLiteral: Bool
    }
}

extension SetupSteps {
    /// The steps at a service.
    init(_ service: any WebhookService) {
        let guide = service.setup
        var fields = guide.fields.map { field in
            switch field.value {
            case .url: Field(label: field.label, value: "The webhook URL", isLiteral: false)
            case .urlWithSecret: Field(label: field.label, value: Self.urlWithSecret, isLiteral: false)
            case .secret: Field(label: field.label, value: Self.secret, isLiteral: false)
            case .text(let text): Field(label: field.label, value: text, isLiteral: true)
            }
        }
        if let type = guide.contentType, !fields.contains(where: { $0.value == type }) {
            fields.append(Field(label: "Content type", value: type, isLiteral: true))
        }
        self.init(
            serviceTitle: service.title,
            places: guide.places.map { Place(title: $0.title, path: $0.path, address: $0.address) },
            steps: guide.steps, fields: fields, events: guide.events, notes: guide.notes, reference: guide.reference)
    }

    /// The steps when a token got another secret: the webhook is edited, not added.
    init(rotating service: any WebhookService) {
        self.init(service)
        steps = service.setup.rotation
        // The URL stays.
        fields = fields.filter { $0.value == Self.secret || $0.value == Self.urlWithSecret }
        // From some click on, another webhook would be added.
        places = places.map { place in
            let path = Array(place.path.prefix { !Self.adds($0) })
            let leadsToForm = place.address.map { $0.contains("/new") || $0.hasSuffix("/add") } ?? false
            return Place(
                title: place.title, path: path.isEmpty ? place.path : path, address: leadsToForm ? nil : place.address)
        }
        events = nil
        notes = []
    }

    private static let secret = "The secret"
    private static let urlWithSecret = "The URL with the secret"

    private static func adds(_ click: String) -> Bool {
        click.hasPrefix("Add ") || click.hasPrefix("Create ")
    }

    /// The steps at a service that makes the secret itself.
    static func rotating(_ service: any WebhookService) -> [String] {
        service.secretOrigin == .there ? service.setup.rotation : []
    }
}

extension SetupGuide {
    /// A Boolean value that indicates whether the service takes address and secret as one.
    var takesSecretInURL: Bool { fields.contains { $0.value == .urlWithSecret } }
}

/// `/tokens/<id>/setup`.
struct SetupPages: Sendable {
    let portal: Portal

    func show(_ request: PageRequest) async throws(PageFailure) -> PageResponse {
        let view = try await portal.token(of: request)
        guard let service = portal.services.known(named: view.token.service) else { throw .notFound }
        return .page(
            SetupPage(
                title: "Set up \(service.title)",
                crumbs: [PageLink(url: "/tokens", text: "Tokens"), PageLink(url: view.path, text: view.token.name)],
                service: view.badge, name: view.token.name,
                url: CopyField(id: "url", label: "Webhook URL", value: view.url),
                hasSecret: service.secretOrigin != .nowhere, guide: SetupSteps(service),
                path: view.path),
            .tokens)
    }
}
