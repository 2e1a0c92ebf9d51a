import ArgumentParser
import Gateway

/// `webhook2fedmsg token create`.
struct TokenCommandCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token, and show its URL and, this once, its secret.")

    @OptionGroup var options: TokenCommandOptions

    @Option(help: "The service that will send the webhooks, such as github.")
    var service: String

    @Option(help: "What you call it, so that you find it again.")
    var name: String

    @Option(help: "Accept only webhooks of this owner, or owner/repository.")
    var scope: String?

    @Option(help: "A Fedora account that may manage it; give it once for each.")
    var owner: [String] = []

    @Option(help: "Read a secret of your own (32 characters or more) from this file; - is standard input.")
    var secretFile: String?

    func run() async throws {
        let secret = try TokenCommandInput.secret(path: secretFile)
        let report = try await options.withTokens { tokens in
            try await tokens.create(service: service, name: name, scope: scope, owners: owner, secret: secret)
        }
        if options.json { return try TokenCommandOutput.json(report) }
        TokenCommandOutput.result(report.creationText(isOwnSecret: secret != nil))
    }
}
