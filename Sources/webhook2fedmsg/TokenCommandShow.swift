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
        let id = try TokenValidator.id(id)
        let report = try await options.withToken(id) { TokenReport(try await $0.token(id, by: .commandLine)) }
        if options.json { return try TokenCommandOutput.json(report) }
        try TokenCommandOutput.result(report.text)
    }
}
