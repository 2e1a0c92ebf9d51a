import AMQP
import Database
import EventLoop
import FedoraMessaging
import HTTPClient
import HTTPServer
import Logging
import OIDC
import Testing
import WebhookServices

@testable import Gateway

/// A default stands in one place: the field of the part's own struct, which the key names.
@Suite struct SettingDefaultsTests {
    /// A key of the table, by its name with the section.
    struct Key: CustomTestStringConvertible {
        let path: String
        let key: SettingKey<Configuration>
        var testDescription: String { path }
    }

    static let keys = ConfigurationTable.shared.sections.flatMap { section in
        section.keys.map { Key(path: section.path(of: $0.name), key: $0) }
    }

    /// Values of all kinds, for a key to take one that is not its default.
    private static let values =
        ["true", "false", "1", "7", "100", "20000", "4096", "64 KiB", "3 MiB", "2s", "90s", "2h", "48h", "127.0.0.1:9"]
        + ["10.0.0.0/8", "ES256", "https://example.org/{id}", "changed"]

    private static func changed(_ key: Key) -> Configuration? {
        let choices = key.key.expectation.split { $0 == " " || $0 == "," }.map(String.init)
        for value in values + choices {
            var configuration = Configuration()
            guard (try? key.key.assign(.text(value), &configuration)) != nil else { continue }
            if key.key.text(configuration) != key.key.text(Configuration()) { return configuration }
        }
        return nil
    }

    private static func dumped(_ configuration: Configuration) -> [Substring] {
        var text = ""
        dump(configuration, to: &text)
        return text.split(separator: "\n")
    }

    @Test(arguments: keys)
    func `another default in the field is another in the written file, in its line alone`(key: Key) throws {
        let changed = try #require(Self.changed(key), "no value that is not the default")
        let before = ConfigurationTemplate.text().split(separator: "\n")
        let after = ConfigurationTemplate.text(of: changed).split(separator: "\n")
        let lines = zip(before, after).filter { $0 != $1 }
        #expect(before.count == after.count && lines.count == 1)
        let value = try #require(key.key.text(changed))
        #expect(lines.first?.1 == "\(key.key.name) = \(value)")
    }

    @Test(arguments: keys)
    func `no two keys have the same field, and each has one`(key: Key) throws {
        let changed = try #require(Self.changed(key))
        #expect(Self.dumped(changed) != Self.dumped(Configuration()))
        for other in Self.keys where other.path != key.path {
            #expect(other.key.text(changed) == other.key.text(Configuration()), "\(other.path)")
        }
    }

    @Test
    func `the defaults are those of the parts themselves`() {
        let configuration = Configuration()
        #expect(configuration.server.limits == HTTPServerLimits())
        #expect(configuration.database.limits == DatabaseLimits())
        #expect(configuration.broker.limits == PublisherLimits())
        #expect(configuration.broker.connection == ConnectionSettings())
        #expect(configuration.broker.settings == BrokerSettings())
        #expect(configuration.oidc.settings == OIDCSettings())
        #expect(configuration.oidc.limits == HTTPClientLimits())
        #expect(configuration.oidc.client == HTTPClientSettings())
        #expect(configuration.ingest.json == JSONLimits())
        #expect(configuration.barePath.admission == AdmissionSettings())
        #expect(configuration.cache == TokenCacheSettings())
        #expect(configuration.deliveries == DeliverySettings())
        #expect(configuration.tokens == TokenLimits())
        #expect(configuration.sessions.rules == SessionRules())
    }

    @Test
    func `with other defaults, what the file leaves out is those, in the file, in messages and in the server`()
        async throws
    {
        let folder = try TemporaryFolder()
        var defaults = Configuration()
        defaults.server.listen = [ListenAddress(host: "127.0.0.1", port: 0)]
        defaults.server.loops = 1
        defaults.server.limits.maxTargetBytes = 300
        defaults.server.limits.retryAfter = 77
        defaults.database.limits.connections = 3
        defaults.broker.settings.topicPrefix = "org.example"
        defaults.ingest.json.maxBytes = 2000
        let written = ConfigurationTemplate.text(of: defaults)
        for line in [
            "max_target_bytes = \"300 B\"", "retry_after = \"77s\"", "pool_size = 3", "topic_prefix = \"org.example\"",
            "max_body_size = \"2000 B\"",
        ] {
            #expect(written.contains("\n\(line)\n"), "\(line)")
        }
        let environment = ["HOME": folder.path]
        let loaded = try Configuration.load(
            text: "", environment: environment, systemStateDirectory: ConfigurationTests.nowhere, defaults: defaults)
        // The file that was written changes nothing, and with the usual defaults it is as good as these.
        let read = try Configuration.load(
            text: written, environment: environment, systemStateDirectory: ConfigurationTests.nowhere)
        #expect(ConfigurationTemplate.text(of: read) == ConfigurationTemplate.text(of: loaded))

        let server = try await GatewayServer(loaded, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let address = try #require(server.addresses.first)
        let running = Task { try await server.run() }
        let target = String(repeating: "a", count: 320)
        #expect(
            try await ExtremeValuesTests.ask(address, "GET /\(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .hasPrefix("HTTP/1.1 414 "))
        let renderer = MessageRenderer(loaded)
        #expect(renderer.maxBodySize == 2000)
        running.cancel()
        _ = await running.result
    }
}
