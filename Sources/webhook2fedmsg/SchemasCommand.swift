import ArgumentParser

/// `webhook2fedmsg schemas …`: the JSON Schemas of messages.
struct SchemasCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schemas",
        abstract: "List, print or write the JSON Schemas of messages.",
        discussion: """
            They are those of the Python package webhook2fedmsg-messages, which a running server also shows at \
            /schemas. Schemas of GitHub, GitLab, Forgejo, Discourse and Pretix are in the published package \
            webhook-to-fedora-messaging-messages.
            """,
        subcommands: [SchemasCommandList.self, SchemasCommandShow.self, SchemasCommandWrite.self],
        defaultSubcommand: SchemasCommandList.self)
}
