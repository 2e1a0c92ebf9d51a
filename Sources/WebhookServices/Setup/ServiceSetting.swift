/// Something that a token of a service can or must be told besides its secret.
public struct ServiceSetting: Sendable {
    /// The most bytes of a value.
    public static let maximumBytes = 255

    /// Its name for programs and on the command line: `instance_url`.
    public let key: String
    /// The display name.
    public let title: String
    /// The purpose, in a sentence.
    public let help: String
    /// A value that would do.
    public let example: String
    /// A Boolean value that indicates whether a token cannot be without it.
    public let isRequired: Bool
    /// A Boolean value that indicates whether it is on or off: ``on``, or not there.
    public let isSwitch: Bool
    /// A Boolean value that indicates whether only administrators can set it.
    public let isAdministrative: Bool
    /// Makes of what somebody typed what is kept, or says what is expected.
    private let read: @Sendable (String) -> String?
    private let expectation: String

    /// A setting.
    ///
    /// - Parameters:
    ///   - expectation: What to enter, for people: "enter a number".
    ///   - read: The value as it is to be kept; `nil` if it is none.
    public init(
        key: String, title: String, help: String, example: String, isRequired: Bool, expectation: String,
        read: @escaping @Sendable (String) -> String?
    ) {
        self.key = key
        self.title = title
        self.help = help
        self.example = example
        self.isRequired = isRequired
        self.expectation = expectation
        self.read = read
        isSwitch = false
        isAdministrative = false
    }

    /// The value of a switch that is on.
    public static let on = "yes"

    /// A switch that only administrators can set.
    init(administrativeSwitch key: String, title: String, help: String) {
        self.key = key
        self.title = title
        self.help = help
        example = Self.on
        isRequired = false
        isSwitch = true
        isAdministrative = true
        expectation = "enter \"\(Self.on)\", or leave it empty"
        read = { $0 == Self.on ? Self.on : nil }
    }

    /// The value to keep for what somebody typed.
    ///
    /// - Throws: ``ServiceSettingError/invalid(key:expectation:)``.
    public func check(_ text: String) throws(ServiceSettingError) -> String {
        guard text.utf8.count <= Self.maximumBytes, let value = read(text), value.utf8.count <= Self.maximumBytes
        else { throw .invalid(key: key, expectation: expectation) }
        return value
    }
}

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
