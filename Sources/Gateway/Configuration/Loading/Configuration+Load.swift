import FedoraMessaging
import Glibc

extension Configuration {
    /// The file that is read if nothing else is said, where it is there.
    public static let defaultPath = "/etc/webhook2fedmsg/webhook2fedmsg.toml"

    /// Reads the configuration.
    ///
    /// - Parameters:
    ///   - path: the file; nil takes `$W2F_CONFIG`, else ``defaultPath`` if it is there, else the defaults alone.
    ///   - environment: the process's environment. `W2F_<SECTION>_<KEY>` goes above the file, and
    ///     `W2F_<SECTION>_<KEY>_FILE` names a file that holds the value.
    ///   - knownServices: the names that `services.enabled` may hold; nil takes any.
    ///   - standard: the file that is read if nothing else is said.
    /// - Throws: all that is wrong, each with the file, line and key or with the variable's name.
    public static func load(
        path: String? = nil, environment: [String: String], knownServices: [String]? = nil,
        standard: String = defaultPath
    ) throws(SettingsError) -> Configuration {
        var loader = ConfigurationLoader()
        let named = path ?? environment["W2F_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        if let file = named ?? (access(standard, F_OK) == 0 ? standard : nil) {
            loader.apply(try TOMLDocument(path: file))
        }
        loader.apply(environment: environment)
        return try loader.finish(environment: environment, knownServices: knownServices)
    }

    /// Reads a configuration from a text.
    static func load(
        text: String, file: String = "webhook2fedmsg.toml", environment: [String: String] = ["HOME": "/home/w2f"],
        knownServices: [String]? = nil, systemStateDirectory: String = StateDirectory.system
    ) throws(SettingsError) -> Configuration {
        var loader = ConfigurationLoader()
        loader.systemStateDirectory = systemStateDirectory
        loader.apply(try TOMLDocument(bytes: Array(text.utf8), file: file))
        loader.apply(environment: environment)
        return try loader.finish(environment: environment, knownServices: knownServices)
    }
}
