import ArgumentParser
import EventLoop
import Gateway
import Logging

/// `webhook2fedmsg keys rotate`.
struct KeysCommandRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Put the root key of keys.root_key_file into use, and seal everything anew under it.",
        discussion: """
            Servers may run meanwhile, if all of them have both keys. It can be interrupted and run again: it goes on where \
            it was. Exits 1 if something is still sealed under another key in the end.
            """)

    @OptionGroup var settings: ConfigurationOptions

    @Option(
        help: """
            Secrets that are sealed anew in one transaction, 1 to \(KeyRotation.maximumBatch); database.max_batch at most.
            """)
    var batch = 100

    @Flag(help: "Print JSON, one line.")
    var json = false

    func validate() throws {
        guard (1...KeyRotation.maximumBatch).contains(batch) else {
            throw ValidationError("--batch is a number from 1 to \(KeyRotation.maximumBatch)")
        }
    }

    func run() async throws {
        let configuration = try settings.load()
        let logger = Logger(label: "webhook2fedmsg.keys") { _ in SwiftLogNoOpLogHandler() }
        let workspace = try await Workspace.open(
            configuration, loop: EventLoop.start(name: "keys"), logger: logger)
        let result: Result<KeyRotation.Outcome, any Error>
        do {
            result = .success(try await KeyRotation(workspace, configuration.database).run(batch: batch))
        } catch {
            result = .failure(error)
        }
        await workspace.close()
        let outcome = try result.get()
        if json { try TokenCommandOutput.json(outcome) } else { try TokenCommandOutput.result(outcome.text) }
        if outcome.left > 0 { throw ExitCode.failure }
    }
}
