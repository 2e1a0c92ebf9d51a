import ArgumentParser
import Gateway

/// `webhook2fedmsg token enable`.
struct TokenCommandEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Accept a disabled token's webhooks again.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    func run() async throws {
        let id = try TokenValidator.id(id)
        let report = try await options.withToken(id) {
            TokenReport(try await $0.setState(id, to: .enabled, by: .commandLine))
        }
        if options.json { return try TokenCommandOutput.json(report) }
        try TokenCommandOutput.result("Token \"\(report.token.name)\" for \(report.serviceTitle) enabled.\n")
    }
}
