import ArgumentParser
import Gateway

/// `webhook2fedmsg check-config`: reads the configuration as `serve` would, and says what it found.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check the configuration and show what it amounts to.",
        discussion: """
            Prints "ok" and the main settings, without secrets, and exits 0; or prints all that is wrong, each with \
            the file, line and key, and exits 1.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let configuration = try options.load()
        let problems = configuration.problemsOfTLSFiles()
        for problem in problems { StandardError.print("\(problem)") }
        guard problems.isEmpty else { throw ExitCode.failure }
        let summary = configuration.summary
        print("ok")
        let width = summary.map(\.name.count).max() ?? 0
        for (name, value) in summary {
            print("  \(name)\(String(repeating: " ", count: width - name.count))  \(value)")
        }
    }
}
