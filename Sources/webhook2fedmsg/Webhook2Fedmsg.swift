import ArgumentParser
import CProcess
import Glibc

/// The process's beginning.
@main
enum Program {
    static func main() async {
        w2f_prepare_process(CommandLine.unsafeArgv)
        // Help, versions and lists go out through C's buffer; the last of it when the process exits.
        atexit(checkStandardOutput)
        do {
            var command = try await Webhook2Fedmsg.asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(error)
        }
    }

    /// Ends the process as the error says, as the library would, which waits for whoever reads standard error.
    private static func end(_ error: any Error) -> Never {
        let code = Webhook2Fedmsg.exitCode(for: error)
        // Help and versions are results.
        if code.isSuccess { Webhook2Fedmsg.exit(withError: error) }
        let text = Webhook2Fedmsg.fullMessage(for: error)
        if !text.isEmpty { StandardError.print(text) }
        exit(code.rawValue)
    }
}

/// The command line. `serve` is the server; the rest is for whoever runs it.
private struct Webhook2Fedmsg: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook2fedmsg",
        abstract: "Turns webhooks into Fedora messages.",
        subcommands: [
            ServeCommand.self, MigrateCommand.self, CheckConfigCommand.self, RenderCommand.self, SchemasCommand.self,
            ServicesCommand.self,
            TokenCommand.self, KeysCommand.self,
        ])
}

/// A result that could not be written is a failure, whatever else went well.
private func checkStandardOutput() {
    guard w2f_standard_output_failed() != 0 else { return }
    StandardError.print("webhook2fedmsg: can't write to standard output")
    _exit(1)
}

/// SIGHUP, which ends a process unless told otherwise.
enum ReloadSignal {
    /// Ignores it until the server gives it its meaning: whoever renews a certificate or rotates files may send it while the
    /// server still starts.
    static func ignore() {
        signal(SIGHUP, SIG_IGN)
    }
}
