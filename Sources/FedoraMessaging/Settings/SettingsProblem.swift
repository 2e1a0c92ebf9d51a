/// One thing that is wrong in the settings: where, which key, and what to do about it. Never holds a secret's value.
public struct SettingsProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The source of a setting.
    public enum Source: Sendable, Hashable {
        /// A file, and the line of the key where it has one (the first line is 1).
        case file(path: String, line: Int?)
        /// An environment variable, by its name.
        case environment(variable: String)
        /// Nothing set it: the built-in default.
        case builtIn
    }

    /// The source of the setting.
    public var source: Source
    /// The key with its section, for example `server.listen`; empty if the problem is no single key's.
    public var key: String
    /// The fault and the expectation.
    public var message: String

    /// A problem of these parts.
    public init(source: Source, key: String, message: String) {
        self.source = source
        self.key = key
        self.message = message
    }

    /// `<file>:<line>: <key>: <message>`, or with the variable's name in the file's place.
    public var description: String {
        let place =
            switch source {
            case .file(let path, let line?): "\(path):\(line): "
            case .file(let path, nil): "\(path): "
            case .environment(let variable): "environment variable \(variable): "
            case .builtIn: ""
            }
        return place + (key.isEmpty ? "" : "\(key): ") + message
    }
}
