import ArgumentParser
import Foundation
import WebhookServices

/// `webhook2fedmsg schemas …`: the JSON Schemas of messages.
struct SchemasCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schemas",
        abstract: "List, print, or write the JSON Schemas of messages.",
        discussion: """
            These are the schemas of the Python package webhook2fedmsg-messages; a running server also lists them at \
            /schemas. The schemas for GitHub, GitLab, Forgejo, Discourse, and Pretix are in the published package \
            webhook-to-fedora-messaging-messages.
            """,
        subcommands: [SchemasCommandList.self, SchemasCommandShow.self, SchemasCommandWrite.self],
        defaultSubcommand: SchemasCommandList.self)
}

/// `webhook2fedmsg schemas list`.
private struct SchemasCommandList: ParsableCommand {
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

/// `webhook2fedmsg schemas show`.
private struct SchemasCommandShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Print one schema.")

    @Argument(help: "The schema's name, such as webhook2fedmsg.gitea.message_v1.")
    var name: String

    func run() throws {
        if let document = MessageSchemaDocument.named(name) { return print(document.json, terminator: "") }
        if PublishedSchemaPackage.schemas.contains(name) {
            throw ValidationError(
                "\(name) is in the Python package \(PublishedSchemaPackage.name): \(PublishedSchemaPackage.url)")
        }
        throw ValidationError("There is no schema with this name; `webhook2fedmsg schemas` lists them.")
    }
}

/// `webhook2fedmsg schemas write`.
private struct SchemasCommandWrite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write",
        abstract: "Write all schemas into a folder, each as NAME.json.")

    @Argument(help: "The folder; created if it doesn't exist.", completion: .directory)
    var folder: String

    func run() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for document in MessageSchemaDocument.all {
            let path = URL(filePath: folder, directoryHint: .isDirectory).appending(path: "\(document.name).json")
            try Data(document.json.utf8).write(to: path, options: .atomic)
            print(path.path)
        }
    }
}
