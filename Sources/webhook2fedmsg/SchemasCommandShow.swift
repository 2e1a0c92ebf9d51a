import ArgumentParser
import WebhookServices

/// `webhook2fedmsg schemas show`.
struct SchemasCommandShow: ParsableCommand {
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
