import ArgumentParser
import WebhookServices

/// `webhook2fedmsg schemas list`.
struct SchemasCommandList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all schemas that messages can have, and the Python package of each.")

    @Flag(help: "Print JSON, as /schemas has it.")
    var json = false

    func run() throws {
        if json { return print(MessageSchemaIndex.json, terminator: "") }
        let entries = MessageSchemaIndex.entries
        let width = entries.map(\.name.count).max() ?? 0
        for entry in entries {
            print(entry.name + String(repeating: " ", count: width - entry.name.count) + "  " + entry.package)
        }
    }
}
