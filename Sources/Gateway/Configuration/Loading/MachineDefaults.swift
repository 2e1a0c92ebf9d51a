import Encodings
import FedoraMessaging
import Glibc

extension ConfigurationLoader {
    /// Fills in the paths that depend on the machine.
    mutating func resolvePaths(environment: [String: String]) {
        if configuration.stateDirectory.isEmpty {
            guard
                let directory = StateDirectory.standard(environment: environment, system: systemStateDirectory)
            else {
                return reject("state_dir", "neither XDG_STATE_HOME nor HOME is set, so there is no default: set it")
            }
            configuration.stateDirectory = directory
        }
        configuration.database.url = configuration.databaseURL
        configuration.keys.rootKeyFile = configuration.rootKeyFile
    }

    /// Makes the publisher's target of `[broker]`.
    mutating func resolvePublisher() {
        let broker = configuration.broker
        let chosen = [("amqp_url", broker.amqpURL), ("config", broker.config), ("file", broker.file)]
            .filter { $0.1 != nil }.map(\.0)
        guard chosen.count < 2 else {
            return reject("broker.\(chosen[1])", "\(chosen.joined(separator: " and ")) exclude each other: set one")
        }
        if let url = broker.amqpURL, url.hasPrefix("file:"), url.utf8.count > 5 {
            configuration.publisher = .file(path: String(url.dropFirst(5)))
        } else if broker.amqpURL != nil || broker.config != nil {
            resolveBroker()
        } else {
            let standard = "\(configuration.stateDirectory)/messages.jsonl"
            configuration.publisher = .file(path: broker.file ?? standard)
        }
        if case .file(let path) = configuration.publisher {
            configuration.broker.file = path
        }
    }

    private mutating func resolveBroker() {
        let broker = configuration.broker
        var settings = defaults.broker.settings
        if let path = broker.config {
            do throws(SettingsError) {
                settings = try BrokerSettings.load(path: path)
            } catch {
                // The line that names the file helps only if the file can't be read at all.
                if let problem = error.problems.first, problem.key.isEmpty, case .file(_, nil) = problem.source {
                    return reject("broker.config", "\(path): \(problem.message)")
                }
                return reject(error.problems)
            }
        } else if let url = broker.amqpURL {
            do throws(BrokerAddressError) {
                settings.address = try BrokerAddress(url: url)
            } catch {
                return reject("broker.amqp_url", error.description)
            }
        }
        // The shipped file sets every key to its default, so only what differs from it says something.
        let (ours, standard) = (broker.settings, defaults.broker.settings)
        if ours.publishExchange != standard.publishExchange { settings.publishExchange = ours.publishExchange }
        if ours.topicPrefix != standard.topicPrefix { settings.topicPrefix = ours.topicPrefix }
        if ours.publishPriority != standard.publishPriority { settings.publishPriority = ours.publishPriority }
        if ours.passiveDeclares != standard.passiveDeclares { settings.passiveDeclares = ours.passiveDeclares }
        settings.tls.caCertificate = ours.tls.caCertificate ?? settings.tls.caCertificate
        settings.tls.certificate = ours.tls.certificate ?? settings.tls.certificate
        settings.tls.key = ours.tls.key ?? settings.tls.key
        for property in ours.clientProperties where !standard.clientProperties.contains(property) {
            settings.clientProperties.removeAll { $0.name == property.name }
            settings.clientProperties.append(property)
        }
        configuration.broker.settings = settings
        configuration.publisher = .broker(settings)
        if !settings.usesTLS, settings.tls != BrokerTLS() {
            configuration.warnings.append(
                "the files for TLS to the broker have no effect: its URL begins with amqp://, not amqps://")
        }
    }
}

extension Configuration {
    /// The database's URL: `database.url`, or that of a file in the folder for what the server keeps.
    var databaseURL: String { database.url ?? "sqlite:\(stateDirectory)/webhook2fedmsg.db" }

    /// The root key's file: `keys.root_key_file`, or the one in that folder.
    var rootKeyFile: String { keys.rootKeyFile ?? "\(stateDirectory)/root.key" }
}

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
