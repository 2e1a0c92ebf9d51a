import FedoraMessaging

/// The destination of messages.
public enum PublisherTarget: Sendable, Equatable, CustomStringConvertible {
    /// To a file, one JSON line each.
    case file(path: String)
    /// To a RabbitMQ.
    case broker(BrokerSettings)

    /// The destination, without a password.
    public var description: String {
        switch self {
        case .file(let path): "file:\(path)"
        case .broker(let settings): "\(settings)"
        }
    }
}
