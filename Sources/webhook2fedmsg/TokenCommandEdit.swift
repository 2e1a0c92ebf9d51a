import ArgumentParser
import Gateway

/// `webhook2fedmsg token edit`.
struct TokenCommandEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change a token's name, its scope, and what it publishes.",
        discussion: "What is left out stays as it is. The URL and the secret never change by this.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's id, or its URL.")
    var id: String

    @Option(help: "What you call it.")
    var name: String?

    @Option(help: "Publish only webhooks of this owner, or owner/repository; '' takes the limit away.")
    var scope: String?

    @Option(help: "Publish only these events, instead of those so far; give it once for each. '' publishes all.")
    var event: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: "Publish what is of private repositories or confidential, too. The bus is public, and kept for ever.")
    var publishPrivate: Bool?

    @Option(help: "Set NAME=VALUE, or take it away with NAME=; give it once for each.")
    var setting: [String] = []

    func validate() throws {
        if name == nil, scope == nil, event.isEmpty, publishPrivate == nil, setting.isEmpty {
            throw ValidationError("Say what to change: --name, --scope, --event, --publish-private or --setting.")
        }
    }

    func run() async throws {
        let id = try TokenAdministration.parseID(id)
        let edit = TokenEdit(
            name: name, scope: scope, events: event.isEmpty ? nil : event.joined(separator: ","),
            publishesPrivate: publishPrivate)
        let settings = try TokenCommandInput.settings(setting)
        let report = try await options.withTokens { try await $0.edit(id, edit, settings: settings) }
        if options.json { return try TokenCommandOutput.json(report) }
        try TokenCommandOutput.result(report.text)
    }
}
