/// How a publisher stands, for readiness checks and people.
public enum PublisherStatus: Sendable, Hashable, CustomStringConvertible {
    /// Not connected; with what went wrong last, if anything did.
    case connecting(lastError: String?)
    /// Publishing.
    case connected
    /// Connected, but the broker takes no publishes, for the reason that it gave.
    case blocked(reason: String)
    /// Connected, but a confirm came too late and none has come since.
    case suspect
    /// Shut down, or shutting down.
    case stopped

    /// Whether a publish would be sent.
    public var isReady: Bool { self == .connected }

    /// One line for people.
    public var description: String {
        switch self {
        case .connecting(nil): "connecting"
        case .connecting(let error?): "connecting (\(error))"
        case .connected: "connected"
        case .blocked(let reason): "blocked by the broker (\(reason))"
        case .suspect: "the broker is not confirming"
        case .stopped: "stopped"
        }
    }
}
