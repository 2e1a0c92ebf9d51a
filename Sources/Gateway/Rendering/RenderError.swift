import WebhookServices

/// Why no message can be made of an example.
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

    /// What to do, for people.
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
