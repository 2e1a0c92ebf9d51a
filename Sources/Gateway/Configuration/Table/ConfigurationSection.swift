/// A section of the configuration: a struct with a default for everything, and the keys that set its parts.
protocol ConfigurationSection: Sendable {
    /// The section with every default.
    init()
    /// The comment above the section in the shipped file, a line each.
    static var documentation: [String] { get }
    /// Its keys, in the order of the shipped file.
    static var keys: [SettingKey<Self>] { get }
}

extension ConfigurationSection {
    /// A key of this section.
    static func key<Value>(
        _ name: String, _ path: any WritableKeyPath<Self, Value> & Sendable, _ kind: SettingKind<Value>,
        secret: Bool = false, example: String = "", _ documentation: String
    ) -> SettingKey<Self> {
        SettingKey(
            name, path, kind, secret: secret, example: example, default: Self(), documentation)
    }
}
