import FedoraMessaging

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
