import ArgumentParser
import EventLoop
import Gateway
import Logging

/// `webhook2fedmsg keys status`.
struct KeysCommandStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show which root keys there are and how many secrets are sealed under each.",
        discussion: "Exits 0 if a server with this configuration starts, else 1. Changes nothing.")

    @OptionGroup var settings: ConfigurationOptions

    @Flag(help: "Print one line of JSON.")
    var json = false

    func run() async throws {
        let configuration = try settings.load()
        let logger = Logger(label: "webhook2fedmsg.keys") { _ in SwiftLogNoOpLogHandler() }
        let status = try await KeyStatus.read(
            configuration, loop: EventLoop.start(name: "keys"), logger: logger)
        if json { try TokenCommandOutput.json(status) } else { try TokenCommandOutput.result(status.text) }
        if !status.isUsable { throw ExitCode.failure }
    }
}
