import ArgumentParser
import FedoraMessaging
import Foundation
import Gateway
import WebhookServices

/// The option that all commands share: where the configuration is.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.customLong("config"), .customShort("c")],
        help:
            "The configuration file. Default: $W2F_CONFIG, else \(Configuration.defaultPath) if it is there."
    )
    var path: String?

    /// Reads file and environment; every problem is printed with its file, line and key.
    /// - Throws: `ExitCode.failure` after printing.
    func load() throws -> Configuration {
        do throws(SettingsError) {
            let configuration = try Configuration.load(
                path: path, environment: ProcessInfo.processInfo.environment,
                knownServices: ServiceRegistry.builtIn.map(\.name))
            for warning in configuration.warnings { StandardError.print("webhook2fedmsg: \(warning)") }
            return configuration
        } catch {
            StandardError.print("\(error)")
            throw ExitCode.failure
        }
    }
}
