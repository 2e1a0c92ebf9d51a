import FedoraMessaging
import WebhookServices

/// A webhook that nobody sent: what somebody wants to see as a message.
public struct ExampleWebhook: Sendable {
    /// The service's name.
    public var service: String
    /// The event, for services that name it in headers; `nil` for a plausible event.
    public var event: String?
    /// The header fields.
    public var headers: [(name: String, value: String)]
    /// The token's settings.
    public var settings: [String: String]
    /// The body.
    public var body: [UInt8]
    /// A Boolean value that indicates whether the token publishes private content.
    public var allowsPrivateContent: Bool

    /// A webhook.
    public init(
        service: String, event: String? = nil, headers: [(name: String, value: String)] = [],
        settings: [String: String] = [:], body: [UInt8], allowsPrivateContent: Bool = false
    ) {
        self.service = service
        self.event = event
        self.headers = headers
        self.settings = settings
        self.body = body
        self.allowsPrivateContent = allowsPrivateContent
    }
}

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
        let draft = MessageDraft(event, schema: schema, routingKey: "", token: Self.token)
        let message = draft.message(draft.stamp(second: second))
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

/// The message that would come of a webhook, and what had to be made up for it.
public struct RenderedMessage: Sendable {
    /// The message.
    public let message: FedoraMessage
    /// The exchange that it would go to.
    public let exchange: String
    /// The routing key: prefix and topic.
    public let routingKey: String
    /// The AMQP priority, if it has one.
    public let priority: UInt8?
    /// Headers that the message needs, that were not given, and got plausible values.
    public let filled: [(name: String, value: String)]
    /// The reason why it would not be published unless the token's owner allows it; `nil` if it would.
    public let withheld: Withheld?
    /// A Boolean value that indicates whether the server takes the service's webhooks (`services.enabled`).
    public let isOffered: Bool
    let topicPrefix: String

    /// The line that a `file:` publisher would write, newline included.
    public var fileLine: [UInt8] { message.fileLine(topicPrefix: topicPrefix, priority: priority) }

    /// The message for people: where it goes, its AMQP headers, and its body as it is.
    public var text: [UInt8] {
        var lines = ["exchange: \(exchange)", "topic: \(routingKey)", "id: \(message.id)"]
        if let priority { lines.append("priority: \(priority)") }
        lines.append("headers:")
        for header in message.headers(priority: priority) {
            let value =
                switch header.value {
                case .longString(let text): text
                case .int32(let number): "\(number)"
                case .bool(let flag): "\(flag)"
                }
            lines.append("  \(header.name): \(value)")
        }
        lines.append("body:\n")
        return Array(lines.joined(separator: "\n").utf8) + message.body + [UInt8(ascii: "\n")]
    }
}

/// The reason why no message can be made of an example.
public enum RenderError: Error, CustomStringConvertible {
    /// There is no such service. Those that there are, and the nearest.
    case unknownService(String, known: [String], nearest: String?)
    /// The service names its events in the payload and not in headers.
    case eventIsInPayload(service: String)
    /// The settings are not those of the service.
    case settings(ServiceSettingError)
    /// The service would refuse the webhook.
    case refused(WebhookError)
    /// The message's schema requires something that the payload lacks.
    case incomplete(Withheld)
    /// Standard input could not be read. What the system says.
    case unreadable(String)
    /// The body is larger than `ingest.max_body_size`.
    case bodyTooLarge(limit: Int)
    /// The message is larger than `broker.max_message_size`.
    case messageTooLarge(bytes: Int, limit: Int)
    /// The topic has more bytes than AMQP allows.
    case topic(String)

    /// Advice for people.
    public var description: String {
        switch self {
        case .unknownService(let name, let known, let nearest):
            "unknown service \"\(name)\"" + (nearest.map { ". Did you mean \"\($0)\"?" } ?? ".")
                + " Available services: \(known.joined(separator: ", "))"
        case .eventIsInPayload(let service):
            "webhooks from \(service) name the event in their body: leave out --event"
        case .settings(let error): "\(error) (--setting NAME=VALUE)"
        case .refused(let error): "the server would answer \(error.status): \(error)"
        case .incomplete(let withheld): "the server would publish nothing: \(withheld)"
        case .unreadable(let reason): "can't read standard input: \(reason)"
        case .bodyTooLarge(let limit): "the body has more than \(limit) bytes (ingest.max_body_size)"
        case .messageTooLarge(let bytes, let limit):
            "the message has \(bytes) bytes; the limit is \(limit) (broker.max_message_size)"
        case .topic(let reason): reason
        }
    }
}
