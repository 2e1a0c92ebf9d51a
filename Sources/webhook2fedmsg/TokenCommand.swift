import ArgumentParser
import EventLoop
import Gateway
import Glibc
import Logging

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

/// The common options of token commands.
private struct TokenCommandOptions: ParsableArguments {
    @OptionGroup var settings: ConfigurationOptions

    @Flag(help: "Print one line of JSON.")
    var json = false

    /// Opens the database, making it and the root key where that is allowed, runs `body`, and closes the database.
    @discardableResult
    func withTokens<T: Sendable>(_ body: (TokenService) async throws -> T) async throws -> T {
        let configuration = try settings.load()
        let loop = try EventLoop.start(name: "token")
        // What the commands have to say they print; the database's own log lines are for the server's log.
        let logger = Logger(label: "webhook2fedmsg.token") { _ in SwiftLogNoOpLogHandler() }
        let storage = try await Storage.open(configuration, loop: loop, logger: logger)
        for notice in storage.notices { StandardError.print(notice) }
        let result: Result<T, any Error>
        do {
            result = .success(try await body(TokenService(configuration, storage)))
        } catch {
            result = .failure(error)
        }
        await storage.close()
        return try result.get()
    }

    /// Does something with one token, as ``withTokens(_:)`` does.
    @discardableResult
    func withToken<T: Sendable>(_ id: TokenID, _ body: (TokenService) async throws -> T) async throws -> T {
        do {
            return try await withTokens(body)
        } catch TokenServiceError.notFound {
            throw CommandFailure(
                description: "token \(id) not found. Run \"webhook2fedmsg token list\" to see all tokens")
        }
    }

    /// Enables or disables a token, and says so.
    func setState(of id: String, to state: TokenState) async throws {
        let id = try TokenValidator.id(id)
        let report = try await withToken(id) { TokenReport(try await $0.setState(id, to: state, by: .commandLine)) }
        if json { return try CommandOutput.json(report) }
        try CommandOutput.result("Token \"\(report.token.name)\" for \(report.serviceTitle) \(state.rawValue).\n")
    }
}

/// `webhook2fedmsg token create`.
private struct TokenCommandCreate: AsyncParsableCommand {
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
                if json { return try CommandOutput.json(report) }
                try CommandOutput.result(report.creationText(isOwnSecret: !new.secret.isEmpty))
            }
        }
    }
}

/// `webhook2fedmsg token list`.
private struct TokenCommandList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List tokens, oldest first. Secrets are never listed.")

    @OptionGroup var options: TokenCommandOptions

    @Option(help: "Only tokens of this service.")
    var service: String?

    @Option(help: "Only tokens that this Fedora account owns.")
    var owner: String?

    @Option(help: "Only tokens with this scope, owner or owner/repository.")
    var scope: String?

    @Option(help: "Only the token whose messages carry this tag (header webhook2fedmsg_token).")
    var tag: String?

    @Option(help: "Only enabled or only disabled tokens.")
    var state: TokenState?

    func run() async throws {
        let found = try await options.withTokens { tokens in
            let query = try tokens.validator.query(
                service: service, owner: owner, state: state, scope: scope, tag: tag)
            return try await tokens.listAll(query, by: .commandLine)
        }
        let reports = found.tokens.map { TokenReport($0) }
        if !found.goneHistory.isEmpty {
            StandardError.print("the token with this tag was deleted. Its history, newest first:")
            for entry in found.goneHistory { StandardError.print(entry.line) }
        }
        if options.json { return try CommandOutput.json(reports) }
        try CommandOutput.result(TokenReport.table(reports))
    }
}

extension TokenState: ExpressibleByArgument {}

/// `webhook2fedmsg token show`.
private struct TokenCommandShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a token, without its secret.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    func run() async throws {
        let id = try TokenValidator.id(id)
        let report = try await options.withToken(id) { TokenReport(try await $0.token(id, by: .commandLine)) }
        if options.json { return try CommandOutput.json(report) }
        try CommandOutput.result(report.text)
    }
}

/// `webhook2fedmsg token edit`.
private struct TokenCommandEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change a token's name, its scope, and what it publishes.",
        discussion: "Options you leave out keep their values. The URL and secret never change.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    @Option(help: "The token's new name.")
    var name: String?

    @Option(help: "Publish only events from this owner or owner/repository; '' removes the limit.")
    var scope: String?

    @Option(help: "Publish only these events, replacing the current ones; can be repeated. '' publishes all.")
    var event: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: "Also publish private or confidential content. The bus is public and archived forever.")
    var publishPrivate: Bool?

    @Option(help: "Set NAME=VALUE, or remove it with NAME=; can be repeated.")
    var setting: [String] = []

    func validate() throws {
        if name == nil, scope == nil, event.isEmpty, publishPrivate == nil, setting.isEmpty {
            throw ValidationError("Specify what to change: --name, --scope, --event, --publish-private, or --setting.")
        }
    }

    func run() async throws {
        let id = try TokenValidator.id(id)
        let edit = TokenEdit(
            name: name, scope: scope, events: event.isEmpty ? nil : event.joined(separator: ","),
            publishesPrivate: publishPrivate, settings: .merging(try TokenCommandInput.settings(setting)))
        let report = try await options.withToken(id) { TokenReport(try await $0.edit(id, edit, by: .commandLine)) }
        if options.json { return try CommandOutput.json(report) }
        try CommandOutput.result(report.text)
    }
}

/// `webhook2fedmsg token rotate`.
private struct TokenCommandRotate: AsyncParsableCommand {
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
                if json { return try CommandOutput.json(report) }
                try CommandOutput.result(report.rotationText(isOwnSecret: !secret.isEmpty))
            }
        }
    }
}

/// `webhook2fedmsg token disable`.
private struct TokenCommandDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Refuse a token's webhooks until it is enabled again.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    func run() async throws {
        try await options.setState(of: id, to: .disabled)
    }
}

/// `webhook2fedmsg token enable`.
private struct TokenCommandEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Accept a disabled token's webhooks again.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    func run() async throws {
        try await options.setState(of: id, to: .enabled)
    }
}

/// `webhook2fedmsg token delete`.
private struct TokenCommandDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a token permanently. Webhooks to its URL then get 404.")

    @OptionGroup var options: TokenCommandOptions

    @Argument(help: "The token's ID or URL.")
    var id: String

    @Flag(help: "Don't ask for confirmation.")
    var yes = false

    func validate() throws {
        if !yes, isatty(STDIN_FILENO) != 1 {
            throw ValidationError("Can't ask for confirmation here. Use --yes to delete the token.")
        }
    }

    func run() async throws {
        let id = try TokenValidator.id(id)
        let report: TokenReport? = try await options.withToken(id) { tokens in
            let report = TokenReport(try await tokens.token(id, by: .commandLine))
            let question = "Delete the token \"\(report.token.name)\" for \(report.serviceTitle) (\(id)) permanently?"
            guard yes || TokenCommandInput.confirms(question) else { return nil }
            try await tokens.delete(id, by: .commandLine)
            return report
        }
        guard let report else {
            StandardError.print("Token not deleted.")
            throw ExitCode.failure
        }
        if options.json { return try CommandOutput.json(["id": id.description, "state": "deleted"]) }
        try CommandOutput.result("Deleted token \"\(report.token.name)\" for \(report.serviceTitle).\n")
    }
}
