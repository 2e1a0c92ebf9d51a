import Testing

@testable import FedoraMessaging

@Suite struct BrokerSettingsTests {
    func settings(_ text: String) throws -> BrokerSettings {
        try BrokerSettings(document: TOMLDocument(bytes: Array(text.utf8), file: "config.toml"))
    }

    func problems(_ text: String) -> [String] {
        do {
            _ = try settings(text)
            return []
        } catch {
            return (error as? SettingsError)?.problems.map(\.description) ?? ["another error"]
        }
    }

    /// The example that fedora-messaging ships, shortened where values repeat.
    static let upstream = """
        # A sample configuration for fedora-messaging
        amqp_url = "amqps://fedora:@rabbitmq.fedoraproject.org/%2Fpublic_pubsub"
        callback = "fedora_messaging.example:printer"
        passive_declares = true
        publish_exchange = "amq.topic"
        TOPIC_prefix = "org.fedoraproject.prod"
        publish_priority = 3

        [tls]
        ca_cert = "/etc/fedora-messaging/cacert.pem"
        keyfile = "/etc/fedora-messaging/fedora-key.pem"
        certfile = "/etc/fedora-messaging/fedora-cert.pem"

        [client_properties]
        app = "Example Application"
        app_contacts_email = "admin@example.org"
        retries = 3

        [exchanges."amq.topic"]
        type = "topic"
        durable = true

        [queues."00000000-0000-0000-0000-000000000000"]
        durable = false

        [[bindings]]
        queue = "00000000-0000-0000-0000-000000000000"
        exchange = "amq.topic"
        routing_keys = ["#"]

        [consumer_config]
        example_key = "for my consumer"

        [qos]
        prefetch_size = 0

        [log_config]
        version = 1
        """

    @Test func `Fedora messaging's own file`() throws {
        let settings = try settings(Self.upstream)
        #expect(settings.usesTLS && settings.usesExternalAuthentication)
        #expect(settings.address.host == "rabbitmq.fedoraproject.org" && settings.address.port == 5671)
        #expect(settings.address.virtualHost == "/public_pubsub")
        #expect(settings.topicPrefix == "org.fedoraproject.prod" && settings.passiveDeclares)
        #expect(settings.publishPriority == 3)
        #expect(settings.tls.caCertificate == "/etc/fedora-messaging/cacert.pem")
        #expect(
            settings.clientProperties == [
                ClientProperty(name: "app", value: .string("Example Application")),
                ClientProperty(name: "app_contacts_email", value: .string("admin@example.org")),
                ClientProperty(name: "retries", value: .integer(3)),
            ])
    }

    @Test func `nothing gives the defaults`() throws {
        let settings = try settings("")
        #expect(settings == BrokerSettings())
        #expect(settings.publishExchange == "amq.topic" && settings.topicPrefix.isEmpty)
        #expect(settings.publishPriority == nil && !settings.passiveDeclares && !settings.usesTLS)
    }

    /// fedora-messaging's `[tls]` goes above what the URL has, its `client_properties` below.
    @Test func `what the URL has as well`() throws {
        let url = "amqps://h?ssl_options={'ca_certs':'/url-ca','certfile':'/url-c','keyfile':'/url-k'}"
        var settings = try settings("amqp_url = \"\(url)\"\n[tls]\nca_cert = \"/ca\"")
        #expect(settings.effectiveTLS == BrokerTLS(caCertificate: "/ca", certificate: "/url-c", key: "/url-k"))
        #expect(settings.usesExternalAuthentication)
        settings.tls = BrokerTLS(certificate: "/c", key: "/k")
        #expect(settings.effectiveTLS == BrokerTLS(caCertificate: "/url-ca", certificate: "/c", key: "/k"))
        settings = try self.settings(
            "amqp_url = \"amqp://h?client_properties={'app':'url'}\"\n[client_properties]\napp = \"file\"")
        #expect(settings.effectiveClientProperties == [ClientProperty(name: "app", value: .string("url"))])
    }

    @Test func `an unknown key names the nearest`() {
        #expect(
            problems("# a comment\n\ntopic_prefx = \"x\"")
                == ["config.toml:3: topic_prefx: fedora-messaging has no such key: is topic_prefix meant?"])
        #expect(
            problems("[tls]\nca_certs = \"x\"")
                == ["config.toml:2: tls.ca_certs: there is no such key in [tls]: is ca_cert meant?"])
    }

    @Test func `all problems at once in the files order`() {
        let text = """
            publish_priority = 300
            passive_declares = "yes"
            amqp_url = "amqp://u:sesame@h:port"
            publish_exchange = 7
            [client_properties]
            version = "mine"
            [tls]
            certfile = "x"
            """
        let found = problems(text)
        #expect(
            found.map { $0.split(separator: ": ").prefix(2).joined(separator: " ") } == [
                "config.toml:1 publish_priority", "config.toml:2 passive_declares", "config.toml:3 amqp_url",
                "config.toml:4 publish_exchange", "config.toml:6 client_properties.version",
                "config.toml:8 tls.certfile",
            ])
        #expect(!found.joined().contains("sesame"))
    }

    @Test func `reserved properties as the python library has them`() throws {
        let settings = try settings(
            "[client_properties]\nproduct = \"Fedora Messaging with Pika\"\nversion = \"fedora_messaging-3.9.1\"")
        #expect(settings.clientProperties == [ClientProperty(name: "app", value: .string("webhook2fedmsg"))])
        #expect(problems("[client_properties]\napp = 1.5").first?.contains("a floating-point number") == true)
    }

    /// toml++ ends the process on these instead of refusing them.
    @Test(arguments: [
        ("a = 1\n[.b]", 2), ("\n[[.b]]", 2), ("x = \"\"\"\n[.a]\"\"\"\n[ =]", 3), ("[{}]", 1), ("[é]", 1), ("[[ ]]", 1),
    ])
    func `headers that the parser cannot take`(_ text: String, line: Int) {
        #expect(problems(text) == ["config.toml:\(line): not valid TOML: a section's name can't begin like this"])
    }

    /// Nor on these.
    @Test(arguments: [
        ("a = 2026-11-30T\n", 1), ("a = 2026-11-30T:30\n", 1), ("a = 1\nb = [1, 2026-11-30t]", 2),
        ("a = {b = 2026-11-30T-}", 1),
        ("a = 2026-11-30T", 1), ("a = 2026-11-30T # later", 1), ("a = 2026-11-30 7\n", 1),
        ("\na = [2026-11-30 7]", 2), ("a = 2026-1_1-30 7 ", 1), ("a = 2ab6-11-30 1-", 1),
    ])
    func `dates that the parser cannot take`(_ text: String, line: Int) {
        let found = problems(text)
        #expect(
            found.count == 1 && found[0].hasPrefix("config.toml:\(line): not valid TOML: behind a date"), "\(found)")
    }

    @Test(arguments: ["2é26-11-30 7]", "2\u{1}26-11-30 7]", "%", "1 = \"x\""])
    func `characters that only texts have`(_ value: String) {
        #expect(
            problems("a = \(value)")
                == ["config.toml:1: not valid TOML: outside of quotes there is a character that only a text may have"])
    }

    /// Nor on these.
    @Test(arguments: [("a = [}", 1), ("a = [\n[1, } ]]", 2), ("a = {b = [ }]}", 1), ("a = [1,#\n\n}", 3)])
    func `braces that the parser cannot take`(_ text: String, line: Int) {
        #expect(problems(text) == ["config.toml:\(line): not valid TOML: an array holds a } that ends nothing"])
    }

    @Test(arguments: [
        "2026-11-30T10:00:00Z", "2026-11-30t10:00:00", "2026-11-30 10:00:00", "2026-11-30", "2026-11-30 # T",
    ])
    func `dates that the parser takes`(_ value: String) {
        #expect(!problems("a = \(value)").joined().contains("not valid TOML"))
    }

    @Test func `unreadable files`() {
        #expect(problems("a = \n").first?.hasPrefix("config.toml:1: a: not valid TOML") == true)
        let missing = #expect(throws: SettingsError.self) { try BrokerSettings.load(path: "/nonexistent/c.toml") }
        #expect(missing?.description == "/nonexistent/c.toml: can't be opened: No such file or directory")
        let bytes = Array("a = 1\nb = \"".utf8) + [0xFF, 0x22]
        let error = #expect(throws: SettingsError.self) { try TOMLDocument(bytes: bytes, file: "f") }
        #expect(error?.description == "f:2: this is not text in UTF-8")
    }
}
