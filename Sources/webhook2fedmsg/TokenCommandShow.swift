import ArgumentParser
import Gateway

/// `webhook2fedmsg token show`.
struct TokenCommandShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a token, without its secret.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    func run() async throws {
        let id = try TokenAdministration.parseID(id)
        let report = try await options.withTokens { try await $0.show(id) }
        if options.json { return try TokenCommandOutput.json(report) }
        try TokenCommandOutput.result(report.text)
    }
}
