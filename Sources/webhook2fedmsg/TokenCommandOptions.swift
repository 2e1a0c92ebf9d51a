import ArgumentParser
import EventLoop
import Gateway
import Logging

/// The common options of token commands.
struct TokenCommandOptions: ParsableArguments {
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
        let workspace = try await Workspace.open(configuration, loop: loop, logger: logger)
        for notice in workspace.notices { TokenCommandOutput.note(notice) }
        let result: Result<T, any Error>
        do {
            result = .success(try await body(TokenService(configuration, workspace)))
        } catch {
            result = .failure(error)
        }
        await workspace.close()
        return try result.get()
    }

    /// Does something with one token, as ``withTokens(_:)`` does.
    @discardableResult
    func withToken<T: Sendable>(_ id: TokenID, _ body: (TokenService) async throws -> T) async throws -> T {
        do {
            return try await withTokens(body)
        } catch TokenServiceError.notFound {
            throw TokenCommandFailure(
                description: "token \(id) not found. Run \"webhook2fedmsg token list\" to see all tokens")
        }
    }
}
