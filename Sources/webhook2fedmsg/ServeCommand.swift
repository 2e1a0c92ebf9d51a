import ArgumentParser
import Gateway
import Logging

/// `webhook2fedmsg serve`: runs the server until SIGTERM.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server until SIGTERM or SIGINT.")

    @OptionGroup var settings: ConfigurationOptions

    @Flag(
        name: .customLong("dev-login"),
        help: "Let anyone on this machine log in as any user, without a provider. For development; only on loopback.")
    var developmentLogin = false

    func run() async throws {
        ReloadSignal.ignore()
        let configuration = try settings.load()
        LoggingSetup.bootstrap(level: configuration.log.level, format: configuration.log.format)
        let logger = Logger(label: "webhook2fedmsg")
        do {
            let server = try await GatewayServer(
                configuration, developmentLogin: developmentLogin, logger: logger)
            try await server.run()
        } catch {
            logger.critical("cannot go on", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
    }
}
