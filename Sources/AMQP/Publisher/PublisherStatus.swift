/// The state of a publisher, for readiness checks and people.
public enum PublisherStatus: Sendable, Hashable, CustomStringConvertible {
    /// Not connected; with what went wrong last, if anything did.
    case connecting(lastError: String?)
    /// Publishing.
    case connected
    /// Connected, but the broker takes no publishes, for the reason that it gave.
    case blocked(reason: String)
    /// Connected, but what was published lately was refused, or it is not known whether anything can be: nothing was
    /// confirmed since.
    case doubtful(reason: String)
    /// Connected, but a confirm came too late and none has come since.
    case suspect
    /// Shut down, or shutting down.
    case stopped

    /// A Boolean value that indicates whether a publish would be sent.
    public var isReady: Bool { self == .connected }

    /// One line for people.
    public var description: String {
        switch self {
        case .connecting(nil): "connecting"
        case .connecting(let error?): "connecting (\(error))"
        case .connected: "connected"
        case .blocked(let reason): "blocked by the broker (\(reason))"
        case .doubtful(let reason): reason
        case .suspect: "the broker is not confirming"
        case .stopped: "stopped"
        }
    }
}

/// The broker's answer about a topic.
public struct TopicAnswer: Sendable, Hashable {
    /// The topic, with its prefix.
    public var topic: String
    /// The reason why it may not be published; `nil` if it may.
    public var refusal: String?
}
