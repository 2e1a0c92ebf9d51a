/// `[keys]`: where the root key is.
public struct KeysConfiguration: ConfigurationSection {
    /// The file that holds the root key; nil until the configuration was loaded.
    public var rootKeyFile: String?
    /// Files that hold root keys which are, or were, in use besides.
    public var formerKeyFiles: [String] = []

    /// The defaults.
    public init() {}

    static let documentation = ["The root key, under which secrets are sealed in the database."]

    static let keys = [
        key(
            "root_key_file", \.rootKeyFile, .optionalString("a path"),
            "The file that holds it. By default root.key in state_dir, made by itself only with SQLite on loopback."),
        key(
            "former_key_files", \.formerKeyFiles, .names("a list of paths, each once"),
            "Files that hold other root keys which secrets may still be sealed under: the former one, during a rotation."
        ),
    ]
}
