import ArgumentParser
import Gateway

/// `webhook2fedmsg token create`.
struct TokenCommandCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a token, and show its URL and, only once, its secret.")

    @OptionGroup var options: TokenCommandOptions

    @Option(help: "The service that sends the webhooks, such as github.")
    var service: String

    @Option(help: "The token's name.")
    var name: String

    @Option(help: "Publish only events from this owner or owner/repository.")
    var scope: String?

    @Option(
        help: """
            Publish only these events, such as push or 'pull_request.*'; can be repeated. Default: all events.
            """)
    var event: [String] = []

    @Flag(help: "Also publish private or confidential content. The bus is public and archived forever.")
    var publishPrivate = false

    @Option(help: "A setting required by the service, NAME=VALUE; can be repeated.")
    var setting: [String] = []

    @Option(help: "A Fedora account that owns the token; can be repeated.")
    var owner: [String] = []

    @Option(help: "Read your own secret (at least 32 characters) from this file; - is standard input.")
    var secretFile: String?

    func run() async throws {
        let settings = try TokenCommandInput.settings(setting)
        let new = NewToken(
            service: service, name: name, scope: scope ?? "", secret: try TokenCommandInput.secret(path: secretFile),
            events: event.joined(separator: ","), publishesPrivate: publishPrivate, settings: settings, owners: owner)
        let json = options.json
        try await options.withTokens { tokens in
            try await tokens.create(new, by: .commandLine) { issued in
                let report = TokenReport(issued)
                if json { return try TokenCommandOutput.json(report) }
                try TokenCommandOutput.result(report.creationText(isOwnSecret: !new.secret.isEmpty))
            }
        }
    }
}
