import ArgumentParser

/// `webhook2fedmsg schemas …`: the JSON Schemas of messages.
struct SchemasCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schemas",
        abstract: "List, print, or write the JSON Schemas of messages.",
        discussion: """
            These are the schemas of the Python package webhook2fedmsg-messages; a running server also lists them at \
            /schemas. The schemas for GitHub, GitLab, Forgejo, Discourse, and Pretix are in the published package \
            webhook-to-fedora-messaging-messages.
            """,
        subcommands: [SchemasCommandList.self, SchemasCommandShow.self, SchemasCommandWrite.self],
        defaultSubcommand: SchemasCommandList.self)
}
