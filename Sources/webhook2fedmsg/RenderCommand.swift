import ArgumentParser
import Encodings
import FedoraMessaging
import Gateway
import Glibc
import WebhookServices

/// `webhook2fedmsg render`: shows the message that a webhook would become.
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Show the message that a webhook would become.",
        discussion: """
            Reads the webhook's body from standard input and prints the message that would be published: its topic, AMQP \
            headers, and body. It needs no server, database, or broker; nothing is sent, and no secret is checked. \
            Required headers that are missing get plausible values, which are listed on standard error.

              webhook2fedmsg render --service github --event push < push.json
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "The service that would send it, such as github.")
    var service: String

    @Option(help: "The event, as in the service's header; only for services that name it in a header.")
    var event: String?

    @Option(
        name: .customLong("header"), help: "A header of the webhook, as \"Name: value\"; can be repeated.")
    var headers: [String] = []

    @Option(
        name: .customLong("setting"),
        help: "A token setting required by the service, NAME=VALUE; can be repeated.")
    var settings: [String] = []

    @Flag(help: "Show the message for a token that also publishes private content.")
    var publishPrivate = false

    @Flag(help: "Print the line that the file: publisher would write (one JSON object).")
    var json = false

    func run() throws {
        let configuration = try options.load()
        let headers = try headers.map(Self.header)
        let settings = Dictionary(try settings.map(Self.setting)) { $1 }
        let rendered: RenderedMessage
        do {
            let renderer = MessageRenderer(configuration)
            rendered = try renderer.render(
                ExampleWebhook(
                    service: service, event: event, headers: headers, settings: settings,
                    body: try Self.body(limit: renderer.maxBodySize),
                    allowsPrivateContent: publishPrivate),
                second: Int64(time(nil)))
        } catch {
            StandardError.print("webhook2fedmsg: \(error)")
            throw ExitCode.failure
        }
        for (name, value) in rendered.filled { StandardError.print("filled in: \(name): \(value)") }
        if !rendered.isOffered {
            StandardError.print("note: \(service) is not in services.enabled, so the server wouldn't accept it")
        }
        if let withheld = rendered.withheld {
            StandardError.print("note: not published unless the token allows it (\(withheld.code)): \(withheld)")
        }
        try CommandOutput.write(Array(json ? rendered.fileLine : rendered.text))
    }

    /// Reads `Name: value`.
    private static func header(_ text: String) throws -> (name: String, value: String) {
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex,
            !text[..<colon].contains(where: { $0.isWhitespace })
        else { throw ValidationError("--header: expected \"Name: value\", found \"\(text)\"") }
        let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        return (String(text[..<colon]), String(value))
    }

    /// Reads `NAME=VALUE`.
    private static func setting(_ text: String) throws -> (String, String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw ValidationError("--setting: expected NAME=VALUE, found \"\(text)\"")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    /// Returns all of standard input.
    ///
    /// - Throws: ``RenderError`` `bodyTooLarge` or `unreadable`.
    private static func body(limit: Int) throws -> [UInt8] {
        if isatty(STDIN_FILENO) == 1 { StandardError.print("Type the webhook's body, and Ctrl-D at its end.") }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(STDIN_FILENO, &piece, piece.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw RenderError.unreadable(systemErrorText(errno))
            }
            bytes += piece.prefix(count)
            guard bytes.count <= limit else { throw RenderError.bodyTooLarge(limit: limit) }
        }
    }
}
