import FedoraMessaging

extension ConfigurationLoader {
    /// Fills in the paths that depend on the machine.
    mutating func resolvePaths(environment: [String: String]) {
        if configuration.general.stateDirectory.isEmpty {
            guard
                let directory = StateDirectory.standard(environment: environment, system: systemStateDirectory)
            else {
                return reject("state_dir", "neither XDG_STATE_HOME nor HOME is set, so there is no default: set it")
            }
            configuration.general.stateDirectory = directory
        }
        let directory = configuration.general.stateDirectory
        configuration.database.url = configuration.database.url ?? "sqlite:\(directory)/webhook2fedmsg.db"
        configuration.keys.rootKeyFile = configuration.keys.rootKeyFile ?? "\(directory)/root.key"
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
            let standard = "\(configuration.general.stateDirectory)/messages.jsonl"
            configuration.publisher = .file(path: broker.file ?? standard)
        }
        if case .file(let path) = configuration.publisher {
            configuration.broker.file = path
        }
    }

    private mutating func resolveBroker() {
        let broker = configuration.broker
        var settings = BrokerSettings()
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
        let standard = BrokerConfiguration()
        if broker.publishExchange != standard.publishExchange { settings.publishExchange = broker.publishExchange }
        if broker.topicPrefix != standard.topicPrefix { settings.topicPrefix = broker.topicPrefix }
        if broker.publishPriority != standard.publishPriority { settings.publishPriority = broker.publishPriority }
        if broker.passiveDeclares != standard.passiveDeclares { settings.passiveDeclares = broker.passiveDeclares }
        settings.tls = broker.tls.settings(above: settings.tls)
        for property in broker.clientProperties where !standard.clientProperties.contains(property) {
            settings.clientProperties.removeAll { $0.name == property.name }
            settings.clientProperties.append(property)
        }
        configuration.broker.publishExchange = settings.publishExchange
        configuration.broker.topicPrefix = settings.topicPrefix
        configuration.broker.publishPriority = settings.publishPriority
        configuration.broker.passiveDeclares = settings.passiveDeclares
        configuration.broker.clientProperties = settings.clientProperties
        configuration.publisher = .broker(settings)
        if !settings.usesTLS, settings.tls != BrokerTLS() {
            configuration.warnings.append(
                "the files for TLS to the broker have no effect: its URL begins with amqp://, not amqps://")
        }
    }
}
