import FedoraMessaging
import WebhookServices

/// Makes the message that would come of a webhook, by what the server itself makes it by; without a server, a
/// database, a broker or a signature.
public struct MessageRenderer: Sendable {
    /// The token that it would be for: nobody's. The message's id hangs on it.
    private static let token = UUIDValue(namespace: MessageIdentifier.namespace, name: [])

    private let registry: ServiceRegistry
    private let settings: IngestSettings
    private let broker: BrokerSettings

    /// - Parameter broker: Where messages are published, and with which topics and priority.
    init(registry: ServiceRegistry, settings: IngestSettings, broker: BrokerSettings) {
        self.registry = registry
        self.settings = settings
        self.broker = broker
    }

    /// The maximum number of bytes of a webhook's body.
    public var maxBodySize: Int { settings.json.maxBytes }

    /// The message.
    ///
    /// - Parameters:
    ///   - second: When the webhook came, in seconds since 1970.
    /// - Throws: ``RenderError``.
    public func render(
        _ example: ExampleWebhook, second: Int64
    ) throws -> RenderedMessage {
        let service = try service(named: example.service)
        guard example.body.count <= maxBodySize else {
            throw RenderError.bodyTooLarge(limit: maxBodySize)
        }
        var request = WebhookRequest(
            headers: ExampleHeaders([]), body: example.body[...], receivedAt: second,
            settings: try checked(example.settings, of: service), isAtTokenAddress: true,
            allowsPrivateContent: example.allowsPrivateContent)
        var (event, filled) = try event(of: &request, example, service)
        let withheld = event.withheld(
            by: nil, allowsPrivateContent: example.allowsPrivateContent, ownClasses: settings.ownClasses)
        if let reason = event.withheld(by: nil, allowsPrivateContent: true, ownClasses: settings.ownClasses) {
            throw RenderError.incomplete(reason)
        }
        let schema = service.settleSchema(of: &event, ownClasses: settings.ownClasses)
        let delivery = Delivery(event, schema: schema, routingKey: "", token: Self.token)
        let message = delivery.message(delivery.receipt(second: second))
        guard message.body.count <= settings.maxMessageSize else {
            throw RenderError.messageTooLarge(bytes: message.body.count, limit: settings.maxMessageSize)
        }
        return RenderedMessage(
            message: message, exchange: broker.publishExchange,
            routingKey: try routingKey(of: message), priority: broker.publishPriority, filled: filled,
            withheld: withheld, isOffered: registry.offered(named: service.name) != nil,
            topicPrefix: broker.topicPrefix)
    }

    private func service(named name: String) throws -> any WebhookService {
        if let service = registry.known(named: name) { return service }
        let known = registry.known.map(\.name)
        throw RenderError.unknownService(
            name, known: known, nearest: NearestName.of(name.lowercased(), among: known))
    }

    private func checked(_ given: [String: String], of service: any WebhookService) throws -> [String: String] {
        do throws(ServiceSettingError) {
            return try service.checkSettings(given)
        } catch {
            throw RenderError.settings(error)
        }
    }

    private func routingKey(of message: FedoraMessage) throws -> String {
        do throws(FedoraMessageError) {
            return try message.routingKey(prefix: broker.topicPrefix)
        } catch {
            throw RenderError.topic(error.description)
        }
    }

    /// Reads the webhook, filling in a header for as long as one is missing that there is a plausible value of.
    private func event(
        of request: inout WebhookRequest, _ example: ExampleWebhook, _ service: any WebhookService
    ) throws -> (event: WebhookEvent, filled: [(name: String, value: String)]) {
        var headers = ExampleHeaders(example.headers)
        try addEvent(of: example, service, to: &headers)
        let plausible = service.exampleHeaders(event: nil) ?? [:]
        let parser = try JSONParser()
        var filled: [(name: String, value: String)] = []
        while true {
            request.headers = headers
            do throws(WebhookError) {
                return (try service.event(of: request, parser: parser, limits: settings.json), filled)
            } catch .missingHeader(let name) {
                let name = name.lowercased()
                guard let value = plausible[name], !filled.contains(where: { $0.name == name }) else {
                    throw RenderError.refused(.missingHeader(name))
                }
                // It may be there, and empty.
                headers.remove(name)
                headers.add(name, value)
                filled.append((name, value))
            } catch {
                throw RenderError.refused(error)
            }
        }
    }

    /// Adds the headers that name the event, unless they were given themselves.
    private func addEvent(
        of example: ExampleWebhook, _ service: any WebhookService, to headers: inout ExampleHeaders
    ) throws {
        guard let event = example.event else { return }
        guard let named = service.exampleHeaders(event: event) else {
            throw RenderError.eventIsInPayload(service: service.name)
        }
        // Those are the ones that change with the event, each part of its name.
        let other = service.exampleHeaders(event: "other.\(event).other") ?? [:]
        for (name, value) in named where other[name] != value && headers.count(of: name) == 0 {
            headers.add(name, value)
        }
    }
}
