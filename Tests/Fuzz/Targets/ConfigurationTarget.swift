import Encodings
import EventLoop
import HTTPServer

@testable import Database
@testable import FedoraMessaging
@testable import Gateway

extension FuzzTarget {
    /// What people write for the server: its configuration, that of fedora-messaging, URLs, addresses, durations, sizes.
    static let configuration = FuzzTarget(
        "configuration",
        words: [
            "[server]\n", "[broker]\n", "[services.a]\n", "[[", "]]", " = ", "\"\"\"", "'''", "{", "}", "\n", "#",
            "\\u0061",
            "listen = ", "public_url = ", "idle_timeout = ", "url = ", "topic_prefix = ", "amqp_url = ",
            "signature_header = ",
            "postgresql://", "sqlite:", "amqps://", "://", "%2F", "ssl_options={'ca_certs': 'a'}", "heartbeat=",
            "[::1]", "/64",
            "host=", "password=", "ms", "MiB", "9223372036854775807", "1e400", "1979-05-27T07:32:00Z", "0x", "inf",
            "nan", "\u{301}",
        ]
    ) { input, isPlanted in
        switch input.number(below: 8) {
        case 0, 1: try checkFile(input.remainder(), isPlanted)
        case 2: try checkBrokerFile(input.remainder())
        case 3: try checkVariable(&input)
        case 4: try checkDatabaseURL(input.remainingText())
        case 5: _ = try? BrokerAddress(url: (input.flag() ? "amqp://a:5671/" : "") + input.remainingText())
        case 6: _ = try? PythonLiteral.dictionary(input.remainingText())
        default: try checkSmall(input.remainingText())
        }
    }

    private static let offered = ["github", "gitlab"]

    /// A file is taken, or each of the problems is told with its place.
    private static func checkFile(_ bytes: [UInt8], _ isPlanted: Bool) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            try require((try? TOMLDocument(bytes: bytes, file: "a.toml")) == nil, "a file that is no text")
            return
        }
        do throws(SettingsError) {
            _ = try Configuration.load(text: text, file: "a.toml", environment: ["HOME": "/"], knownServices: offered)
        } catch {
            try check(error, lines: bytes.count { $0 == 0x0A } + 1)
            let isDeep = error.problems.contains {
                $0.message.hasPrefix("nested too deep") && $0.source != .file(path: "a.toml", line: 1)
            }
            try require(!isPlanted || !isDeep, "the stack overflows")
        }
    }

    private static func checkBrokerFile(_ bytes: [UInt8]) throws {
        do throws(SettingsError) {
            _ = try BrokerSettings(document: try TOMLDocument(bytes: bytes, file: "a.toml"))
        } catch {
            try check(error, lines: bytes.count { $0 == 0x0A } + 1)
        }
    }

    private static func check(_ error: SettingsError, lines: Int) throws {
        try require(!error.problems.isEmpty, "an error without a problem")
        for problem in error.problems {
            try require(!problem.description.isEmpty, "a problem without a word")
            if case .file(_, let line?) = problem.source {
                try require((1...lines).contains(line), "line \(line) of \(lines)")
            }
        }
    }

    private static let variables = ConfigurationTable.shared.sections.flatMap { section in
        section.keys.map { ConfigurationTable.variable(for: section.path(of: $0.name)) }
    }

    private static func checkVariable(_ input: inout FuzzInput) throws {
        let key = variables[(Int(input.byte()) << 8 | Int(input.byte())) % variables.count]
        let value = input.remainder().filter { $0 != 0 }
        do throws(SettingsError) {
            _ = try Configuration.load(
                text: "", environment: ["HOME": "/", key: String(decoding: value, as: UTF8.self)],
                knownServices: offered)
        } catch {
            try check(error, lines: 1)
        }
    }

    /// The password is in no description.
    private static func checkDatabaseURL(_ text: String) throws {
        guard let url = try? DatabaseURL.parse(text), case .postgresql(let settings) = url else { return }
        let others = settings.keywords.filter { $0.key != "password" }.values
        guard let password = settings.password, password.utf8.count > 3,
            !others.contains(where: { $0.contains(password) }), !"postgresql://********".contains(password)
        else { return }
        try require(!url.description.contains(password), "\(url) has the password")
    }

    /// What was read, and is written and read again, is the same.
    private static func checkSmall(_ text: String) throws {
        if let duration = DurationText.parse(text) {
            let again = DurationText.text(duration)
            try require(DurationText.parse(again) == duration, "\(text) is \(again)")
        }
        if let bytes = ByteSize.parse(text) {
            let again = ByteSize.text(bytes)
            try require(ByteSize.parse(again) == bytes, "\(text) is \(again)")
        }
        if let url = PublicURL.normalized(text) {
            try require(
                PublicURL.normalized(url) == url && url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(text) is \(url)")
        }
        if let address = ListenAddress(text) {
            try require(ListenAddress(address.description) == address, "\(text) is \(address)")
            _ = address.isLoopback
        }
        if let network = IPNetwork(text) {
            try require(IPNetwork(network.description) == network, "\(text) is \(network)")
        }
        if let address = SocketAddress(literal: text, port: 80) {
            try require(SocketAddress(literal: address.host, port: 80)?.host == address.host, "\(text) is \(address)")
        }
    }
}
