import WebPages
import WebhookServices

extension SetupSteps {
    /// What to do at a service.
    init(_ service: any WebhookService) {
        let guide = service.setup
        var fields = guide.fields.map { field in
            switch field.value {
            case .url: Field(label: field.label, value: "the webhook URL", isLiteral: false)
            case .urlWithSecret: Field(label: field.label, value: "the URL with the secret in it", isLiteral: false)
            case .secret: Field(label: field.label, value: "the secret", isLiteral: false)
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
        fields = fields.filter { !$0.isLiteral }
        // The last click adds another webhook.
        places = places.map { place in
            let isAddition = place.path.count > 1 && Self.adds(place.path[place.path.count - 1])
            let isAddress = place.address.map { $0.hasSuffix("/new") || $0.hasSuffix("/add") } ?? false
            return Place(
                title: place.title, path: isAddition ? place.path.dropLast() : place.path,
                address: isAddress ? nil : place.address)
        }
        events = nil
        notes = []
    }

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
