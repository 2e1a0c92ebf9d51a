/// The readiness of a publisher to take messages.
public enum PublisherReadiness: Sendable, Hashable, CustomStringConvertible {
    /// It does.
    case ready
    /// It doesn't, for this reason.
    case notReady(reason: String)

    /// A Boolean value that indicates whether it does.
    public var isReady: Bool { self == .ready }

    /// A line for people.
    public var description: String {
        switch self {
        case .ready: "ready"
        case .notReady(let reason): reason
        }
    }
}
