import ArgumentParser
import Gateway

/// `webhook2fedmsg token rotate`.
struct TokenCommandRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Create a new secret for a token, and show it only once.",
        discussion: """
            The current secret stays valid for the grace period, so that no webhook is lost. A token can have two previous \
            secrets in their grace periods. While it has two, you can only create a new secret with --grace 0, which \
            revokes them.
            """)

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    @Option(
        help:
            "How long the current secret stays valid: 0 (revoked now, with all earlier ones), 30m, 24h, 7d; at most 30d."
    )
    var grace = "24h"

    @Option(help: "Read your own secret (at least 32 characters) from this file; - is standard input.")
    var secretFile: String?

    func run() async throws {
        let id = try TokenValidator.id(id)
        let grace = try TokenValidator.grace(grace)
        let secret = try TokenCommandInput.secret(path: secretFile)
        let json = options.json
        try await options.withToken(id) { tokens in
            try await tokens.rotate(id, grace: grace, secret: secret, by: .commandLine) { issued in
                let report = TokenReport(issued)
                if json { return try TokenCommandOutput.json(report) }
                try TokenCommandOutput.result(report.rotationText(isOwnSecret: !secret.isEmpty))
            }
        }
    }
}
