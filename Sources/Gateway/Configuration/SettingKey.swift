import FedoraMessaging

/// One key of a configuration: its name, the field that it sets, and its line of documentation. The field's default is
/// the key's. Decoding, the environment variables and the shipped file all come from these.
struct SettingKey<Settings: Sendable>: Sendable {
    /// The key's name in its section.
    let name: String
    /// The purpose, in one line: what stands above it in the shipped file.
    let documentation: String
    /// A Boolean value that indicates whether its value may hold a secret, so that no message may show it.
    let isSecret: Bool
    /// The example in the shipped file, commented out, where there is no default.
    let example: String
    /// The expected values.
    let expectation: String
    /// Writes the value that is in the settings, in TOML; `nil` if there is none.
    let text: @Sendable (Settings) -> String?
    /// Reads a value into the settings.
    let assign: @Sendable (SettingInput, inout Settings) throws(SettingRejected) -> Void

    /// Creates a key for a field of the settings, however deep it lies in them.
    init<Value>(
        _ name: String, _ field: any WritableKeyPath<Settings, Value> & Sendable, _ kind: SettingKind<Value>,
        secret: Bool = false, example: String = "", _ documentation: String
    ) {
        self.name = name
        self.documentation = documentation
        self.example = example
        isSecret = secret
        expectation = kind.expectation
        text = { kind.write($0[keyPath: field]) }
        assign = { (input, settings) throws(SettingRejected) in
            guard let value = try kind.read(input) else { throw .expected(kind.expectation, found: input) }
            settings[keyPath: field] = value
        }
    }
}

/// A setting as it was written: a TOML value, or the text of an environment variable or secret file, which has no type.
enum SettingInput: Sendable {
    case toml(SettingValue)
    case text(String)
}

/// The reason why a setting was not taken: what was expected, in words. Never the value, which may be a secret.
struct SettingRejected: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }

    /// `expected …, found …`, with the value where it is harmless.
    static func expected(_ expectation: String, found input: SettingInput) -> SettingRejected {
        let found =
            switch input {
            case .toml(.string(let text)), .text(let text): text.utf8.count > 60 ? "a longer text" : "\"\(text)\""
            case .toml(.integer(let number)): "\(number)"
            case .toml(.boolean(let flag)): "\(flag)"
            case .toml(let value): value.kind
            }
        return SettingRejected("expected \(expectation), found \(found)")
    }
}
