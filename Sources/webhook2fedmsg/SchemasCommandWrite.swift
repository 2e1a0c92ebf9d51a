import ArgumentParser
import Foundation
import WebhookServices

/// `webhook2fedmsg schemas write`.
struct SchemasCommandWrite: ParsableCommand {
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
