import ArgumentParser
import Gateway

/// `webhook2fedmsg token edit`.
struct TokenCommandEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change a token's name, its scope, and what it publishes.",
        discussion: "Options you leave out keep their values. The URL and secret never change.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    @Option(help: "The token's new name.")
    var name: String?

    @Option(help: "Publish only events from this owner or owner/repository; '' removes the limit.")
    var scope: String?

    @Option(help: "Publish only these events, replacing the current ones; can be repeated. '' publishes all.")
    var event: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: "Also publish private or confidential content. The bus is public and archived forever.")
    var publishPrivate: Bool?

    @Option(help: "Set NAME=VALUE, or remove it with NAME=; can be repeated.")
    var setting: [String] = []

    func validate() throws {
        if name == nil, scope == nil, event.isEmpty, publishPrivate == nil, setting.isEmpty {
            throw ValidationError("Specify what to change: --name, --scope, --event, --publish-private, or --setting.")
        }
    }

    func run() async throws {
        let id = try TokenValidator.id(id)
        let edit = TokenEdit(
            name: name, scope: scope, events: event.isEmpty ? nil : event.joined(separator: ","),
            publishesPrivate: publishPrivate, settings: .merging(try TokenCommandInput.settings(setting)))
        let report = try await options.withToken(id) { TokenReport(try await $0.edit(id, edit, by: .commandLine)) }
        if options.json { return try TokenCommandOutput.json(report) }
        try TokenCommandOutput.result(report.text)
    }
}
