/// A fault in the settings of a token.
public enum ServiceSettingError: Error, Hashable, CustomStringConvertible {
    /// The service has no such setting. Those that it has.
    case unknown(key: String, known: [String])
    /// A required one is missing.
    case missing(key: String, example: String)
    /// A value is not what is expected; what to enter.
    case invalid(key: String, expectation: String)
    /// Somebody else than an administrator wants to set what only those can.
    case administrative(key: String)

    /// Advice for people.
    public var description: String {
        switch self {
        case .unknown(_, let known) where known.isEmpty: "tokens of this service have no settings"
        case .unknown(let key, let known):
            "this service has no setting \"\(key)\"; available: \(known.joined(separator: ", "))"
        case .missing(let key, let example): "the setting \(key) is required, e.g. \(key)=\(example)"
        case .invalid(let key, let expectation): "\(key): \(expectation)"
        case .administrative(let key): "only an administrator who logged in recently can change \(key)"
        }
    }
}
