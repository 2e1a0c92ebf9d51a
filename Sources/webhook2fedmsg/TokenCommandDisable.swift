import ArgumentParser
import Gateway

/// `webhook2fedmsg token disable`.
struct TokenCommandDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Refuse a token's webhooks until it is enabled again.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    func run() async throws {
        let id = try TokenValidator.id(id)
        let report = try await options.withToken(id) {
            TokenReport(try await $0.setState(id, to: .disabled, by: .commandLine))
        }
        if options.json { return try TokenCommandOutput.json(report) }
        try TokenCommandOutput.result("Token \"\(report.token.name)\" for \(report.serviceTitle) disabled.\n")
    }
}
