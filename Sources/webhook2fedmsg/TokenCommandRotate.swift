import ArgumentParser
import Gateway

/// `webhook2fedmsg token rotate`.
struct TokenCommandRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a token a new secret, and show it this once.",
        discussion: """
            The previous secret works on for the grace period, so that no webhook is lost meanwhile. A token keeps two \
            former secrets within their grace periods: while there are two, only --grace 0 makes another secret, and ends \
            them.
            """)

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's id, or its URL.")
    var id: String

    @Option(
        help: "How long the previous secret still works: 0 (it and all former ones end now), 30m, 24h, 7d; at most 30d."
    )
    var grace = "24h"

    @Option(help: "Read a secret of your own (32 characters or more) from this file; - is standard input.")
    var secretFile: String?

    func run() async throws {
        let id = try TokenAdministration.parseID(id)
        let grace = try TokenAdministration.parseGrace(grace)
        let secret = try TokenCommandInput.secret(path: secretFile)
        let json = options.json
        try await options.withTokens { tokens in
            try await tokens.rotate(id, grace: grace, secret: secret) { report in
                if json { return try TokenCommandOutput.json(report) }
                try TokenCommandOutput.result(report.rotationText(isOwnSecret: secret != nil))
            }
        }
    }
}
