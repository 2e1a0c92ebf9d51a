/// The keys above the first section.
public struct GeneralConfiguration: ConfigurationSection {
    /// The folder for what the server keeps: the SQLite database, the root key, the file of messages.
    public var stateDirectory = ""

    /// The defaults.
    public init() {}

    static let documentation = [
        "The settings of webhook2fedmsg: every key with its default.",
        "",
        "Environment variables go above this file: W2F_<SECTION>_<KEY>, for example W2F_SERVER_LISTEN (a list's items",
        "are separated by commas). With _FILE behind its name a variable names a file that holds the value, for secrets.",
        "Sizes are written as \"25 MiB\" or \"64 KiB\", durations as \"500ms\", \"8s\", \"5m\" or \"24h\".",
    ]

    static let keys = [
        key(
            "state_dir", \.stateDirectory, .string("a path"),
            "Where the SQLite database, the root key and the file of messages are kept. By default the first of: "
                + "systemd's $STATE_DIRECTORY, /var/lib/webhook2fedmsg if it is there and writable, "
                + "$XDG_STATE_HOME/webhook2fedmsg, ~/.local/state/webhook2fedmsg.")
    ]
}
