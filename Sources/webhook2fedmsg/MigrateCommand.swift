import ArgumentParser
import EventLoop
import Gateway
import Logging

/// `webhook2fedmsg migrate`: brings the database up to date without starting the server.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database up to date. The server also does this when it starts.")

    @OptionGroup var settings: ConfigurationOptions

    func run() async throws {
        ReloadSignal.ignore()
        let configuration = try settings.load()
        LoggingSetup.bootstrap(level: configuration.log.level, format: configuration.log.format)
        do {
            let applied = try await Storage.migrate(configuration, logger: Logger(label: "webhook2fedmsg"))
            print(applied.isEmpty ? "nothing to do" : applied.joined(separator: "\n"))
        } catch {
            StandardError.print("webhook2fedmsg: \(error)")
            throw ExitCode.failure
        }
    }
}
