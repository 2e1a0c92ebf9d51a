import ArgumentParser

/// `webhook2fedmsg token …`: tokens from the command line.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, show, change and delete tokens.",
        discussion: """
            A token is a URL and a secret for one service's webhooks. The commands work on the database that the \
            configuration names, whether the server runs or not.
            """,
        subcommands: [
            TokenCommandCreate.self, TokenCommandList.self, TokenCommandShow.self, TokenCommandEdit.self,
            TokenCommandRotate.self, TokenCommandDisable.self, TokenCommandEnable.self, TokenCommandDelete.self,
        ])
}
