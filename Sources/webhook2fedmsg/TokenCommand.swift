import ArgumentParser

/// `webhook2fedmsg token …`: tokens from the command line.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Create, show, change, and delete tokens.",
        discussion: """
            A token is a URL and a secret for one service's webhooks. These commands use the database from the \
            configuration, whether or not the server is running.
            """,
        subcommands: [
            TokenCommandCreate.self, TokenCommandList.self, TokenCommandShow.self, TokenCommandEdit.self,
            TokenCommandRotate.self, TokenCommandDisable.self, TokenCommandEnable.self, TokenCommandDelete.self,
        ])
}
