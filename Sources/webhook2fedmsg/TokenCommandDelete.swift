import ArgumentParser
import Gateway
import Glibc

/// `webhook2fedmsg token delete`.
struct TokenCommandDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a token permanently. Webhooks to its URL then get 404.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    @Flag(help: "Don't ask for confirmation.")
    var yes = false

    func validate() throws {
        if !yes, isatty(STDIN_FILENO) != 1 {
            throw ValidationError("Can't ask for confirmation here. Use --yes to delete the token.")
        }
    }

    func run() async throws {
        let id = try TokenValidator.id(id)
        let report: TokenReport? = try await options.withToken(id) { tokens in
            let report = TokenReport(try await tokens.token(id, by: .commandLine))
            let question = "Delete the token \"\(report.token.name)\" for \(report.serviceTitle) (\(id)) permanently?"
            guard yes || TokenCommandInput.confirms(question) else { return nil }
            try await tokens.delete(id, by: .commandLine)
            return report
        }
        guard let report else {
            TokenCommandOutput.note("Token not deleted.")
            throw ExitCode.failure
        }
        if options.json { return try TokenCommandOutput.json(["id": id.description, "state": "deleted"]) }
        try TokenCommandOutput.result("Deleted token \"\(report.token.name)\" for \(report.serviceTitle).\n")
    }
}
