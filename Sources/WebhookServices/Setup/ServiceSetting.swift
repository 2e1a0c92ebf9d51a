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

extension WebhookService {
    /// The settings to keep for those that somebody gave.
    ///
    /// - Parameters:
    ///   - present: The settings that the token has.
    ///   - isAdministrator: Whether an administrator gave them. Of what only those can set, everybody else leaves what
    ///     the token has, and may say nothing else of it.
    /// - Throws: ``ServiceSettingError``, the first problem in the order of ``settings``, or an unknown key.
    public func checkSettings(
        _ given: [String: String], present: [String: String] = [:], byAdministrator isAdministrator: Bool = true
    ) throws(ServiceSettingError) -> [String: String] {
        let declared = settings
        for key in given.keys.sorted() where !declared.contains(where: { $0.key == key }) {
            throw .unknown(key: key, known: declared.map(\.key))
        }
        var checked: [String: String] = [:]
        for setting in declared {
            if setting.isAdministrative, !isAdministrator {
                if let text = given[setting.key], !text.isEmpty, text != present[setting.key] {
                    throw .administrative(key: setting.key)
                }
                checked[setting.key] = present[setting.key]
            } else if let text = given[setting.key], !text.isEmpty {
                checked[setting.key] = try setting.check(text)
            } else if setting.isRequired {
                throw .missing(key: setting.key, example: setting.example)
            }
        }
        return checked
    }
}
