import ArgumentParser
import EventLoop
import Gateway
import Logging

/// `webhook2fedmsg keys …`: the root key.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Show the root keys, and switch to another one.",
        discussion: """
            Secrets are sealed in the database under the root key. To switch to another one while servers run:

              1. Create it: (umask 077; head -c 32 /dev/urandom | base64 > new.key)
              2. On every replica, set keys.root_key_file to the new file and keys.former_key_files to the old one, and \
            restart, one replica after the other. They keep using the old key.
              3. Run "keys rotate" once, anywhere. From then on all replicas use the new one.
              4. When "keys status" shows nothing under the old key, remove it from keys.former_key_files, and \
            restart at any time.
            """,
        subcommands: [KeysCommandStatus.self, KeysCommandRotate.self])
}

/// `webhook2fedmsg keys status`.
private struct KeysCommandStatus: AsyncParsableCommand {
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
        if json { try CommandOutput.json(status) } else { try CommandOutput.result(status.text) }
        if !status.isUsable { throw ExitCode.failure }
    }
}

/// `webhook2fedmsg keys rotate`.
private struct KeysCommandRotate: AsyncParsableCommand {
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
    var batch = KeyRotation.standardBatch

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
        let storage = try await Storage.open(
            configuration, loop: EventLoop.start(name: "keys"), logger: logger)
        let result: Result<KeyRotation.Outcome, any Error>
        do {
            result = .success(try await KeyRotation(storage, configuration).run(batch: batch))
        } catch {
            result = .failure(error)
        }
        await storage.close()
        let outcome = try result.get()
        if json { try CommandOutput.json(outcome) } else { try CommandOutput.result(outcome.text) }
        if outcome.left > 0 { throw ExitCode.failure }
    }
}
