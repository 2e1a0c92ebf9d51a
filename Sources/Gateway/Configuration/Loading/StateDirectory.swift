import Encodings
import FedoraMessaging
import Glibc

/// The folder for what the server keeps.
public enum StateDirectory {
    /// The folder of the whole machine.
    static let system = "/var/lib/webhook2fedmsg"

    /// The folder that is used if none is set: systemd's `$STATE_DIRECTORY`; `/var/lib/webhook2fedmsg` if it is there
    /// and writable; `$XDG_STATE_HOME/webhook2fedmsg`; `~/.local/state/webhook2fedmsg`. Nil if all fail.
    /// - Parameters:
    ///   - environment: the process's environment.
    ///   - system: the folder of the whole machine.
    static func standard(environment: [String: String], system: String = system) -> String? {
        // systemd joins several folders by colons.
        if let given = environment["STATE_DIRECTORY"]?.split(separator: ":").first, given.hasPrefix("/") {
            return String(given)
        }
        if access(system, W_OK | X_OK) == 0 { return system }
        // The specification says to ignore a relative path.
        if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") { return base + "/webhook2fedmsg" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return (home == "/" ? "" : home) + "/.local/state/webhook2fedmsg"
    }

    /// Makes the folder and those above it where they are missing, readable by the owner alone.
    /// - Throws: ``SettingsError`` that names the folder.
    public static func create(_ path: String) throws(SettingsError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
            guard mkdir(made, 0o700) != 0 && errno != EEXIST else { continue }
            let reason = systemErrorText(errno)
            throw SettingsError([
                SettingsProblem(source: .builtIn, key: "state_dir", message: "can't make \(made): \(reason)")
            ])
        }
    }
}
