import ArgumentParser
import Gateway
import Glibc
import Logging

/// `webhook2fedmsg check-config`: reads the configuration as `serve` would, and says what it found.
struct CheckConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check the configuration and show the effective settings.",
        discussion: """
            Prints "ok" and the main settings, without secrets, and exits 0; or prints all problems, each with the file, \
            line, and key, and exits 1. It reads key and certificate files, looks up names and addresses of this machine, \
            and changes nothing. With --connect, it also asks the database and the broker, and reports which of the \
            services' topics the broker allows this user to publish; if anything is refused, it exits 1. Nothing is \
            published.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Connect to database and broker, and ask the broker which topics it allows.")
    var connect = false

    func run() async throws {
        ReloadSignal.ignore()
        let configuration = try options.load()
        let findings = await configuration.findingsOnThisMachine()
        for warning in findings.warnings { StandardError.print("webhook2fedmsg: \(warning)") }
        if geteuid() == 0 { StandardError.print("webhook2fedmsg: running as root, which the server doesn't need") }
        for problem in findings.problems { StandardError.print("\(problem)") }
        guard findings.problems.isEmpty else { throw ExitCode.failure }
        let summary = configuration.summary
        let width = summary.map(\.name.count).max() ?? 0
        let lines = summary.map { name, value in
            "  \(name)\(String(repeating: " ", count: width - name.count))  \(value)\n"
        }
        try CommandOutput.result("ok\n" + lines.joined())
        if connect { try await check(configuration) }
    }

    private func check(_ configuration: Configuration) async throws {
        LoggingSetup.bootstrap(level: .critical, format: configuration.log.format)
        let findings = try await ConnectionCheck.run(configuration, logger: Logger(label: "webhook2fedmsg"))
        let width = findings.map(\.name.count).max() ?? 0
        let lines = findings.map { finding in
            "  \(finding.name)\(String(repeating: " ", count: width - finding.name.count))  \(finding.detail)\n"
        }
        try CommandOutput.result(lines.joined())
        if findings.contains(where: { !$0.isGood }) { throw ExitCode.failure }
    }
}
