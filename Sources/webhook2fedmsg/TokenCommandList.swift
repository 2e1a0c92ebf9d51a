import ArgumentParser
import Gateway

/// `webhook2fedmsg token list`.
struct TokenCommandList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List tokens, oldest first. Secrets are never listed.")

    @OptionGroup var options: TokenCommandOptions

    @Option(help: "Only tokens of this service.")
    var service: String?

    @Option(help: "Only tokens that this Fedora account owns.")
    var owner: String?

    @Option(help: "Only tokens with this scope, owner or owner/repository.")
    var scope: String?

    @Option(help: "Only the token whose messages carry this tag (header webhook2fedmsg_token).")
    var tag: String?

    @Option(help: "Only enabled or only disabled tokens.")
    var state: TokenState?

    func run() async throws {
        let found = try await options.withTokens { tokens in
            let query = try tokens.validator.query(
                service: service, owner: owner, state: state, scope: scope, tag: tag)
            return try await tokens.listAll(query, by: .commandLine)
        }
        let reports = found.tokens.map { TokenReport($0) }
        if !found.goneHistory.isEmpty {
            TokenCommandOutput.note("the token with this tag was deleted. Its history, newest first:")
            for entry in found.goneHistory { TokenCommandOutput.note(entry.line) }
        }
        if options.json { return try TokenCommandOutput.json(reports) }
        try TokenCommandOutput.result(TokenReport.table(reports))
    }
}

extension TokenState: ExpressibleByArgument {}
