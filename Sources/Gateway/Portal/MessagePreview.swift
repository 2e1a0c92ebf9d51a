import Database
import WebhookServices

/// A message as it goes out.
struct MessagePreview: Sendable {
    /// The heading, without a full stop.
    var lead: String
    var topic: String?
    var message: String
}

extension MessagePreview {
    /// Creates the message that a delivery like the last one becomes; before the first one, that of an example.
    ///
    /// - Parameters:
    ///   - last: The last delivery that was published.
    ///   - sender: The account that it names.
    init?(
        _ service: any WebhookService, token: Token, last: DeliveryRecord?, sender: String, renderer: MessageRenderer,
        now: UnixTime
    ) {
        let body = service.examplePayload(
            repository: TestCommand.repository(of: token), sender: sender, id: ExampleValue.uuid)
        let made = Self.names(last?.event).compactMap { event in
            try? renderer.render(
                ExampleWebhook(
                    service: service.name, event: event, headers: [("content-type", "application/json")],
                    settings: token.settings, body: Array(body.utf8)),
                second: now.milliseconds / 1000)
        }
        // An event's name has more in it than the header that it came by; the topic tells which part that was.
        guard let message = made.first(where: { $0.routingKey == last?.topic }) ?? made.last else { return nil }
        let isLike = message.routingKey == last?.topic
        self.init(
            lead: isLike
                ? "A delivery like the last one becomes this message" : "An event becomes a message like this one",
            topic: message.routingKey, message: String(decoding: message.text, as: UTF8.self))
    }

    /// Returns the values that the header with the event's name may have had; the last one is that of examples.
    private static func names(_ event: String?) -> [String?] {
        guard let event else { return [nil] }
        return [event, String(event.prefix { $0 != "." }), event.replacing(".", with: ":"), nil]
    }
}
