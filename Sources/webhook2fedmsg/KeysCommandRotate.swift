import ArgumentParser
import EventLoop
import Gateway
import Logging

/// `webhook2fedmsg keys rotate`.
struct KeysCommandRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Switch to the root key of keys.root_key_file, and re-seal everything under it.",
        discussion: """
            Servers can keep running if all of them have both keys. You can interrupt it and run it again: it continues \
            where it stopped. Exits 1 if anything is still sealed under another key at the end.
            """)

    @OptionGroup var settings: ConfigurationOptions

    @Option(
        help: """
            Secrets re-sealed in one transaction, 1 to \(KeyRotation.maximumBatch); at most database.max_batch.
            """)
    var batch = 100

    @Flag(help: "Print one line of JSON.")
    var json = false

    func validate() throws {
        guard (1...KeyRotation.maximumBatch).contains(batch) else {
            throw ValidationError("--batch must be a number from 1 to \(KeyRotation.maximumBatch)")
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
