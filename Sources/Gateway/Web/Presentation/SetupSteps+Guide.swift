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

extension SetupGuide {
    /// Whether the service takes address and secret as one.
    var takesSecretInURL: Bool { fields.contains { $0.value == .urlWithSecret } }
}
