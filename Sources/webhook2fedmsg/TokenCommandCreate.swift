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

    @Option(help: "Publish only webhooks of this owner, or owner/repository.")
    var scope: String?

    @Option(
        help: """
            Publish only these events, such as push or 'pull_request.*'; give it once for each. All if it is left out.
            """)
    var event: [String] = []

    @Flag(help: "Publish what is of private repositories or confidential, too. The bus is public, and kept for ever.")
    var publishPrivate = false

    @Option(help: "A setting that the service asks for, NAME=VALUE; give it once for each.")
    var setting: [String] = []

    @Option(help: "A Fedora account that may manage it; give it once for each.")
    var owner: [String] = []

    @Option(help: "Read a secret of your own (32 characters or more) from this file; - is standard input.")
    var secretFile: String?

    func run() async throws {
        let new = NewToken(
            service: service, name: name, scope: scope ?? "", events: event.joined(separator: ","),
            publishesPrivate: publishPrivate, settings: try TokenCommandInput.settings(setting))
        let secret = try TokenCommandInput.secret(path: secretFile)
        let (owners, json) = (owner, options.json)
        try await options.withTokens { tokens in
            try await tokens.create(new, owners: owners, secret: secret) { report in
                if json { return try TokenCommandOutput.json(report) }
                try TokenCommandOutput.result(report.creationText(isOwnSecret: secret != nil))
            }
        }
    }
}
