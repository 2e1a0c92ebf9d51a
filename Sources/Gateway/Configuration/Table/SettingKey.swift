/// One key of the configuration: its name, what it sets, its default and its line of documentation. Decoding, the
/// environment variables and the shipped file all come from these.
struct SettingKey<Section: Sendable>: Sendable {
    /// The key's name in its section.
    let name: String
    /// The purpose, in one line: what stands above it in the shipped file.
    let documentation: String
    /// A Boolean value that indicates whether its value may hold a secret, so that no message may show it.
    let isSecret: Bool
    /// The default in TOML; nil if it is not set.
    let defaultText: String?
    /// The example in the shipped file, commented out, where there is no default.
    let example: String
    /// The expected values.
    let expectation: String
    /// Reads a value into the section.
    let assign: @Sendable (SettingInput, inout Section) throws(SettingRejected) -> Void

    /// A key for a part of its section. The default is what an untouched section has.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Section, Value> & Sendable, _ kind: SettingKind<Value>,
        secret: Bool = false, example: String = "", default section: Section, _ documentation: String
    ) {
        self.name = name
        self.documentation = documentation
        self.example = example
        isSecret = secret
        defaultText = kind.write(section[keyPath: path])
        expectation = kind.expectation
        assign = { (input, section) throws(SettingRejected) in
            guard let value = try kind.read(input) else { throw .expected(kind.expectation, found: input) }
            section[keyPath: path] = value
        }
    }

    private init<Part>(
        _ key: SettingKey<Part>, at path: any WritableKeyPath<Section, Part> & Sendable
    ) {
        name = key.name
        documentation = key.documentation
        isSecret = key.isSecret
        defaultText = key.defaultText
        example = key.example
        expectation = key.expectation
        assign = { (input, section) throws(SettingRejected) in try key.assign(input, &section[keyPath: path]) }
    }

    /// The same key, seen from what its section is a part of.
    func lifted<Whole>(to path: any WritableKeyPath<Whole, Section> & Sendable) -> SettingKey<Whole> {
        SettingKey<Whole>(self, at: path)
    }
}
