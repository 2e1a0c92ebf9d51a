import ArgumentParser
import Gateway
import Glibc

/// `webhook2fedmsg token delete`.
struct TokenCommandDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a token for good. Webhooks to its URL get 404 from then on.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's id, or its URL.")
    var id: String

    @Flag(help: "Do not ask.")
    var yes = false

    func validate() throws {
        if !yes, isatty(STDIN_FILENO) != 1 {
            throw ValidationError("Nobody can be asked here: say --yes to delete the token.")
        }
    }

    func run() async throws {
        let id = try TokenAdministration.parseID(id)
        let report: TokenReport? = try await options.withTokens { tokens in
            let report = try await tokens.show(id)
            let question = "Delete the token \"\(report.token.name)\" for \(report.serviceTitle) (\(id)) for good?"
            guard yes || TokenCommandInput.confirms(question) else { return nil }
            try await tokens.delete(id)
            return report
        }
        guard let report else {
            TokenCommandOutput.note("Nothing was deleted.")
            throw ExitCode.failure
        }
        if options.json { return try TokenCommandOutput.json(["id": id.description, "state": "deleted"]) }
        try TokenCommandOutput.result("Deleted the token \"\(report.token.name)\" for \(report.serviceTitle).\n")
    }
}
