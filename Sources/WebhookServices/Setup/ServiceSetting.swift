/// Something that a token of a service can or must be told besides its secret.
public struct ServiceSetting: Sendable {
    /// The most bytes of a value.
    public static let maximumBytes = 255

    /// Its name for programs and on the command line: `instance_url`.
    public let key: String
    /// What people call it.
    public let title: String
    /// What it is for, in a sentence.
    public let help: String
    /// A value that would do.
    public let example: String
    /// Whether a token cannot be without it.
    public let isRequired: Bool
    /// Makes of what somebody typed what is kept, or says what is expected.
    private let read: @Sendable (String) -> String?
    private let expectation: String

    /// A setting.
    ///
    /// - Parameters:
    ///   - expectation: What values are, after "expected".
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
    /// - Throws: ``ServiceSettingError``, the first problem in the order of ``settings``, or an unknown key.
    public func checkSettings(_ given: [String: String]) throws(ServiceSettingError) -> [String: String] {
        let declared = settings
        for key in given.keys.sorted() where !declared.contains(where: { $0.key == key }) {
            throw .unknown(key: key, known: declared.map(\.key))
        }
        var checked: [String: String] = [:]
        for setting in declared {
            if let text = given[setting.key], !text.isEmpty {
                checked[setting.key] = try setting.check(text)
            } else if setting.isRequired {
                throw .missing(key: setting.key, example: setting.example)
            }
        }
        return checked
    }
}
