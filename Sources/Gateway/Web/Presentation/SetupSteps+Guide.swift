import WebPages
import WebhookServices

extension SetupSteps {
    /// What to do at a service.
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
}

extension SetupSteps {
    /// What to do when a token got another secret: the webhook is edited, not added.
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

    /// What to do at a service that makes the secret itself.
    static func rotating(_ service: any WebhookService) -> [String] {
        service.secretOrigin == .there ? service.setup.rotation : []
    }
}

extension SetupGuide {
    /// Whether the service takes address and secret as one.
    var takesSecretInURL: Bool { fields.contains { $0.value == .urlWithSecret } }
}
