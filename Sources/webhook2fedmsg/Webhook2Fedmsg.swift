import ArgumentParser

/// The command line. `serve` is the server; the rest is for whoever runs it.
@main
struct Webhook2Fedmsg: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook2fedmsg",
        abstract: "Turns webhooks into Fedora messages.",
        subcommands: [
            ServeCommand.self, MigrateCommand.self, CheckConfigCommand.self, RenderCommand.self, SchemasCommand.self,
            ServicesCommand.self,
            TokenCommand.self, KeysCommand.self,
        ])
}
