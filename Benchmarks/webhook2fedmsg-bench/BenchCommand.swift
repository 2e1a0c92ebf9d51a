import ArgumentParser
import EventLoop
import Foundation

/// `webhook2fedmsg-bench`: sends signed GitHub webhooks to a server and tells how it took them.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook2fedmsg-bench",
        abstract: "Sends signed GitHub webhooks to a webhook2fedmsg server and reports rate, latency and CPU time.",
        discussion: """
            The secret comes from --secret-file or from the environment variable W2F_BENCH_SECRET, never from the \
            command line, which everybody on the machine can read. The run ends after --requests or --duration, \
            whichever is first. Exit status: 0 if every webhook was answered 202, else 1.
            """)

    @Option(help: "Where to send, as `webhook2fedmsg token create` prints it: http://HOST:PORT/github/ID.")
    var url: String

    @Option(help: "The file that holds the token's secret; a line end after it does not count.")
    var secretFile: String?

    @Option(help: "Keep-alive connections, each with one webhook in flight.")
    var connections = 64

    @Option(help: "Event loops (threads) that the connections are spread over.")
    var loops = 1

    @Option(help: "Webhooks to send at most.")
    var requests = 50_000

    @Option(help: "Seconds to send at most.")
    var duration = 30.0

    @Option(help: "Webhooks a second, sent on time however late the answers are; latency then counts from that time.")
    var rate: Double?

    @Option(help: "Webhooks sent before, which count in no figure.")
    var warmup = 0

    @Option(help: "Bytes of a webhook's body.")
    var size = 7_000

    @Option(help: "Seconds to wait for an answer (GitHub waits 10).")
    var timeout = 10.0

    @Option(help: "The server's process id: adds its CPU time, context switches and memory.")
    var pid: Int32?

    @Option(help: "Write the message ids of all answers here, one a line, to compare with what arrived.")
    var checkIds: String?

    @Flag(help: "Send to a server that is not on this machine's loopback.")
    var allowRemote = false

    @Flag(help: "Print the report as JSON.")
    var json = false

    func validate() throws {
        guard (1...65_536).contains(connections) else { throw ValidationError("--connections is 1 to 65536.") }
        guard (1...1_024).contains(loops) else { throw ValidationError("--loops is 1 to 1024.") }
        guard requests > 0, warmup >= 0 else { throw ValidationError("--requests is at least 1, --warmup 0.") }
        guard duration > 0, timeout > 0 else { throw ValidationError("--duration and --timeout are over 0.") }
        if let rate, rate <= 0 { throw ValidationError("--rate is over 0.") }
        let sizes = PushPayload.smallestSize...PushPayload.largestSize
        guard sizes.contains(size) else {
            throw ValidationError("--size is \(sizes.lowerBound) to \(sizes.upperBound) bytes.")
        }
    }

    func run() async throws {
        let target = try Target(url)
        let template = try WebhookTemplate(target: target, body: PushPayload.body(size: size), secret: readSecret())
        let test = LoadTest(
            settings: LoadSettings(
                connections: connections, loops: loops, requests: requests, warmup: warmup,
                duration: .seconds(duration), timeout: .seconds(timeout), rate: rate, process: pid,
                keepsMessageIDs: checkIds != nil),
            template: template)
        let result = try await test.run(against: try await target.addresses(allowRemote: allowRemote))
        if let checkIds { try Data(result.messageIDs).write(to: URL(fileURLWithPath: checkIds)) }
        print(json ? try result.report.json() : result.report.text)
        guard result.report.isAllAccepted else { throw ExitCode(1) }
    }

    /// The secret's bytes, without the line end that editors leave behind it.
    private func readSecret() throws -> [UInt8] {
        var secret: [UInt8]
        if let secretFile {
            secret = [UInt8](try Data(contentsOf: URL(fileURLWithPath: secretFile)))
            while let last = secret.last, last == 0x0a || last == 0x0d { secret.removeLast() }
        } else {
            secret = [UInt8]((ProcessInfo.processInfo.environment["W2F_BENCH_SECRET"] ?? "").utf8)
        }
        guard !secret.isEmpty else {
            throw ValidationError("No secret: name a file with --secret-file, or set W2F_BENCH_SECRET.")
        }
        return secret
    }
}
