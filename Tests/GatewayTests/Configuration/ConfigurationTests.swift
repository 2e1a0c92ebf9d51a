import FedoraMessaging
import Foundation
import Logging
import Testing

@testable import Gateway

@Suite struct ConfigurationTests {
    /// A machine on which the package is installed has a folder for all that is kept, where others have none.
    static let nowhere = "/nonexistent/webhook2fedmsg"

    func problems(_ text: String, _ environment: [String: String] = ["HOME": "/home/w2f"]) -> [String] {
        do {
            _ = try Configuration.load(
                text: text, file: "w.toml", environment: environment, systemStateDirectory: Self.nowhere)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func `defaults under the home folder`() throws {
        let configuration = try Configuration.load(
            text: "", environment: ["HOME": "/home/w2f"], systemStateDirectory: Self.nowhere)
        #expect(configuration.stateDirectory == "/home/w2f/.local/state/webhook2fedmsg")
        #expect(configuration.database.url == "sqlite:/home/w2f/.local/state/webhook2fedmsg/webhook2fedmsg.db")
        #expect(configuration.keys.rootKeyFile == "/home/w2f/.local/state/webhook2fedmsg/root.key")
        #expect(configuration.publisher == .file(path: "/home/w2f/.local/state/webhook2fedmsg/messages.jsonl"))
        #expect(configuration.server.baseURL == "http://127.0.0.1:8080")
        #expect(configuration.services.enabled == ["github", "gitlab", "forgejo", "discourse"])
    }

    @Test func `values of every kind`() throws {
        let configuration = try Configuration.load(
            text: """
                state_dir = "/srv/w2f"
                [server]
                listen = ["0.0.0.0:80", "[::]:80", "localhost:0"]
                public_url = "HTTPS://Hooks.example.org:444/"
                loops = 3
                body_timeout = "90s"
                max_head_bytes = "4 KiB"
                linger_bytes = 5000
                [services]
                enabled = ["gitlab"]
                [broker]
                amqp_url = "amqp://u:sesame@mq/%2Fpubsub"
                passive_declares = true
                publish_priority = 4
                topic_prefix = "org.example"
                [broker.client_properties]
                app_url = "https://example.org"
                [log]
                level = "debug"
                format = "json"
                """)
        #expect(configuration.stateDirectory == "/srv/w2f")
        #expect(configuration.server.listen.map(\.description) == ["0.0.0.0:80", "[::]:80", "localhost:0"])
        #expect(configuration.server.publicURL == "https://hooks.example.org:444")
        #expect(configuration.server.loops == 3 && configuration.server.loopCount == 3)
        #expect(configuration.server.limits.bodyTimeout == .seconds(90))
        #expect(configuration.server.limits.maxHeadBytes == 4096 && configuration.server.limits.lingerBytes == 5000)
        #expect(configuration.services.enabled == ["gitlab"])
        #expect(configuration.log.level == .debug && configuration.log.format == .json)
        guard case .broker(let settings) = configuration.publisher else {
            Issue.record("no broker")
            return
        }
        #expect(settings.address.virtualHost == "/pubsub" && settings.passiveDeclares)
        #expect(settings.publishPriority == 4 && settings.topicPrefix == "org.example")
        #expect(settings.clientProperties.map(\.name) == ["app", "app_url"])
        #expect(!configuration.summary.map(\.value).joined().contains("sesame"))
    }

    @Test func `every problem with its line and key`() {
        let text = """
            # a comment
            [server]
            lisen = ["127.0.0.1:1"]
            listen = "127.0.0.1"

            max_body_size = "1 MiB"
            head_timeout = 10
            [ingest]
            max_depth = 3
            max_body_size = "25 MiBs"
            [srever]
            x = 1
            [log]
            level = "loud"
            [broker]
            passive_declares = "true"
            tls = 1
            [broker.tls]
            """
        // `tls = 1` and `[broker.tls]` can't stand together.
        #expect(problems(text).first?.hasPrefix("w.toml:18: not valid TOML") == true)
        let valid = text.replacing("\n[broker.tls]", with: "")
        #expect(
            problems(valid)
                == [
                    #"w.toml:3: server.lisen: there is no such key in [server]; the nearest is "listen""#,
                    #"w.toml:4: server.listen: expected a list of "host:port", such as "#
                        + #"["127.0.0.1:8080", "[::1]:8080"], found "127.0.0.1""#,
                    "w.toml:6: server.max_body_size: there is no such key here; it belongs into [ingest]",
                    #"w.toml:7: server.head_timeout: expected a duration with its unit from 100ms to 1h, such as "10s" or "#
                        + #""500ms", found 10"#,
                    "w.toml:9: ingest.max_depth: expected an integer from 4 to 500, found 3",
                    #"w.toml:10: ingest.max_body_size: expected a size from 1 KiB to 1 GiB, found "25 MiBs""#,
                    #"w.toml:11: srever: there is no such key; the nearest is "server""#,
                    #"w.toml:14: log.level: expected one of trace, debug, info, notice, warning, error, critical, found "loud""#,
                    #"w.toml:16: broker.passive_declares: expected true or false, found "true""#,
                    "w.toml:17: broker.tls: this is a section: write [broker.tls] above its keys",
                ])
    }

    @Test
    func `a section that nobody knows is told with its line, wherever it stands`() {
        #expect(
            problems("# a\n[a.b0]\nx = 1\n[a.b1]\n[server]\n[server.x.y]\n[server.tls]") == [
                #"w.toml:2: a: there is no such key; the nearest is "log""#,
                #"w.toml:6: server.x: there is no such key in [server]; the nearest is "tls""#,
            ])
    }

    @Test func `the environment goes above the file`() throws {
        let configuration = try Configuration.load(
            text: "[server]\nbacklog = 5\nloops = 2\n[log]\nlevel = \"error\"",
            environment: [
                "HOME": "/home/w2f", "W2F_SERVER_BACKLOG": "7", "W2F_STATE_DIR": "/tmp/s",
                "W2F_SERVER_LISTEN": "127.0.0.1:1, [::1]:2", "W2F_BROKER_CLIENT_PROPERTIES_APP": "mine",
                "W2F_INGEST_MAX_BODY_SIZE": "2MiB", "W2F_INGEST_DEADLINE": "6s", "W2F_BROKER_PASSIVE_DECLARES": "true",
                "W2F_BROKER_PUBLISH_PRIORITY": "9", "W2F_KEYS_ROOT_KEY_FILE": "/k", "W2F_PORT_80_TCP": "tcp://10.0.0.1",
            ])
        #expect(configuration.server.limits.acceptBacklog == 7 && configuration.server.loops == 2)
        #expect(configuration.log.level == .error && configuration.stateDirectory == "/tmp/s")
        #expect(configuration.server.listen.map(\.description) == ["127.0.0.1:1", "[::1]:2"])
        #expect(configuration.broker.settings.clientProperties == [ClientProperty(name: "app", value: .string("mine"))])
        #expect(configuration.ingest.json.maxBytes == 2 << 20 && configuration.ingest.deadline == .seconds(6))
        #expect(configuration.broker.settings.passiveDeclares && configuration.broker.settings.publishPriority == 9)
        #expect(configuration.keys.rootKeyFile == "/k")
        #expect(configuration.warnings == ["the environment variable W2F_PORT_80_TCP sets nothing"])
    }

    @Test func `variables with problems`() {
        let found = problems(
            "",
            [
                "HOME": "/home/w2f", "W2F_SERVER_BACKLOG": "many", "W2F_SERVER_LISTN": "x",
                "W2F_DATABASE_URL": "sqlite:x", "W2F_DATABASE_URL_FILE": "/y",
            ])
        #expect(
            found == [
                "environment variable W2F_DATABASE_URL_FILE: database.url: is set by W2F_DATABASE_URL as well",
                "environment variable W2F_SERVER_BACKLOG: server.backlog: expected an integer from 1 to 65535, "
                    + "found \"many\"",
                "environment variable W2F_SERVER_LISTN: there is no such setting; the nearest is W2F_SERVER_LISTEN",
            ])
    }

    /// What Kubernetes sets for services called `w2f-server`, `w2f-log-level` and `w2f-broker-client-properties`.
    @Test func `kubernetes variables set nothing`() throws {
        var environment = ["HOME": "/home/w2f"]
        for name in ["W2F_SERVER", "W2F_BROKER_CLIENT_PROPERTIES", "W2F_LOG_LEVEL"] {
            environment["\(name)_SERVICE_HOST"] = "172.30.1.2"
            environment["\(name)_SERVICE_PORT"] = "8080"
            environment["\(name)_SERVICE_PORT_HTTP"] = "8080"
            environment["\(name)_PORT"] = "tcp://172.30.1.2:8080"
            environment["\(name)_PORT_8080_TCP"] = "tcp://172.30.1.2:8080"
            environment["\(name)_PORT_8080_TCP_PROTO"] = "tcp"
            environment["\(name)_PORT_8080_TCP_PORT"] = "8080"
            environment["\(name)_PORT_8080_TCP_ADDR"] = "172.30.1.2"
        }
        let configuration = try Configuration.load(text: "", environment: environment)
        #expect(configuration.warnings.count == 1)
        #expect(configuration.warnings.first?.contains("W2F_SERVER_PORT_8080_TCP_ADDR") == true)
        #expect(configuration.broker.settings.clientProperties == BrokerSettings().clientProperties)
    }

    /// What only looks alike is a mistake that has to be told.
    @Test(arguments: ["W2F_SERVER_PORT", "W2F_SERVER_PORT_X", "W2F_SERVER_SERVICE", "W2F_SERVER_PORT_80_HTTP"])
    func `what is not of kubernetes`(variable: String) {
        #expect(problems("", ["HOME": "/home/w2f", variable: "8080"]).count == 1)
    }

    @Test func `keys that have another name now`() {
        let text = """
            [bare_path]
            source_header = "X-Forwarded-For"
            """
        #expect(problems(text).count == 1)
        #expect(problems(text).first?.hasPrefix("w.toml:2: bare_path.source_header") == true)
        #expect(problems(text).first?.contains("server.trusted_proxies") == true)
        for variable in ["W2F_BARE_PATH_SOURCE_HEADER", "W2F_BARE_PATH_SOURCE_HEADER_FILE"] {
            let found = problems("", ["HOME": "/home/w2f", variable: "x"])
            #expect(found.count == 1 && found.first?.contains("server.trusted_proxies") == true)
        }
    }

    @Test
    func `a key that is gone is refused with the name of the key to use instead`() throws {
        let table = ConfigurationTable.shared
        let keys = table.sections.flatMap { section in section.keys.map { section.path(of: $0.name) } }
        for path in ConfigurationTable.replaced.keys where path.hasPrefix("bare_path.") {
            let found = problems("[bare_path]\n\(path.dropFirst("bare_path.".count)) = 1")
            #expect(found.count == 1)
            let start = "w.toml:2: \(path): "
            let problem = try #require(found.first)
            #expect(problem.hasPrefix(start) && !keys.contains(path))
            let advice = problem.dropFirst(start.count)
            #expect(keys.contains { advice.contains($0) }, "\(problem)")
        }
    }

    @Test func `trusted proxies`() throws {
        let text = """
            [server]
            trusted_proxies = ["10.128.0.0/14", "2001:db8::/32", "192.0.2.1"]
            proxy_header = "forwarded"
            """
        let configuration = try Configuration.load(text: text)
        #expect(
            configuration.server.trustedProxies.map(\.description) == [
                "10.128.0.0/14", "2001:db8::/32", "192.0.2.1/32",
            ])
        #expect(configuration.server.proxyHeader == .forwarded)
        let environment = ["HOME": "/h", "W2F_SERVER_TRUSTED_PROXIES": "10.0.0.0/8, ::1"]
        #expect(try Configuration.load(text: "", environment: environment).server.trustedProxies.count == 2)
        #expect(problems("[server]\ntrusted_proxies = [\"proxy.example.org\"]").count == 1)
        #expect(problems("[server]\ntrusted_proxies = [\"10.0.0.0/33\"]").count == 1)
        #expect(problems("[server]\ntrusted_proxies = \"10.0.0.0/8\"").count == 1)
    }

    @Test func `secrets from files`() throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/url"
        try "amqp://u:sesame@h/v\n".write(toFile: file, atomically: false, encoding: .utf8)
        chmod(file, 0o600)
        let configuration = try Configuration.load(
            text: "", environment: ["HOME": "/h", "W2F_BROKER_AMQP_URL_FILE": file])
        guard case .broker(let settings) = configuration.publisher else {
            Issue.record("no broker")
            return
        }
        #expect(settings.address.credentials.password == "sesame" && settings.address.virtualHost == "v")

        try "nonsense-sesame\n".write(toFile: file, atomically: false, encoding: .utf8)
        let found = problems("", ["HOME": "/h", "W2F_BROKER_AMQP_URL_FILE": file, "W2F_DATABASE_URL_FILE": "/nowhere"])
        #expect(
            found == [
                "environment variable W2F_DATABASE_URL_FILE: database.url: /nowhere can't be opened: "
                    + "No such file or directory",
                "environment variable W2F_BROKER_AMQP_URL_FILE: broker.amqp_url: expected a URL such as "
                    + "amqp://user:password@host:5672/%2Fvhost",
            ])
    }

    @Test func `problems stand in the order of their lines`() {
        let found = problems(
            "[server]\nlisten = [\"10.0.0.1:1\"]\nloops = -1\n[log]\nlevel = 1",
            ["HOME": "/h", "W2F_LOG_FORMAT": "xml"])
        #expect(
            found.map { String($0.prefix { $0 != " " }) } == ["w.toml:2:", "w.toml:3:", "w.toml:5:", "environment"])
    }

    /// Whatever the file holds, it is read or refused with a reason.
    @Test func `broken files are refused`() throws {
        let shipped = Array(try String(contentsOfFile: ShippedConfigurationTests.path, encoding: .utf8).utf8)
        var generator = SplitMix(state: 42)
        var refused = 0
        for _ in 0..<300 {
            var bytes = shipped
            for _ in 0...Int.random(in: 0..<4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                let pieces: [[UInt8]] = [
                    [], [0x22], [0x5B], [0x7B], [0x3D], [0x0A], [0x27, 0x27, 0x27], [0xC3], [0x2E],
                ]
                let length = Int.random(in: 0..<3, using: &generator)
                bytes.replaceSubrange(
                    index..<min(bytes.count, index + length), with: pieces.randomElement(using: &generator) ?? [])
            }
            do throws(SettingsError) {
                var loader = ConfigurationLoader()
                loader.apply(try TOMLDocument(bytes: bytes, file: "w.toml"))
                _ = try loader.finish(environment: ["HOME": "/h"], knownServices: nil)
            } catch {
                refused += 1
                #expect(error.problems.allSatisfy { $0.description.hasPrefix("w.toml:") && !$0.message.isEmpty })
            }
        }
        #expect(refused > 50)
    }

    @Test func `no secret in any message`() {
        let found = problems(
            "[broker]\namqp_url = [\"sesame\"]\n[database]\nurl = \"mysql://u:sesame@h/d\"\n")
        #expect(found.count == 2 && !found.joined().contains("sesame"))
        #expect(found.first?.hasPrefix("w.toml:2: broker.amqp_url: ") == true)
        #expect(found.last?.hasPrefix("w.toml:4: database.url: ") == true)
    }

    @Test func `public URL is required off loopback`() {
        #expect(
            problems("[server]\nloops = 1\nlisten = [\"127.0.0.1:1\", \"10.0.0.1:1\"]") == [
                "w.toml:3: server.public_url: required because server.listen has 10.0.0.1:1, which others can reach: "
                    + "set the URL by which they do"
            ])
        #expect(problems("[server]\nlisten = [\"10.0.0.1:1\"]\npublic_url = \"https://a.example\"").isEmpty)
    }

    @Test(arguments: [
        "", "example.org", "ftp://a", "https://", "https://a/b", "https://a?b", "https://a#b", "https://u@a",
        "https://a:0", "https://a:b", "https://a b", "https://[::1", "https://[a]", "https://a:+1", "https://a//",
    ])
    func `no public URL`(_ text: String) {
        #expect(PublicURL.normalized(text) == nil)
    }

    @Test func `public URLs`() {
        #expect(PublicURL.normalized("http://[::1]:8080/") == "http://[::1]:8080")
        #expect(PublicURL.normalized("https://[fd00::1]") == "https://[fd00::1]")
        #expect(PublicURL.normalized("https://A-b.example.ORG") == "https://a-b.example.org")
    }

    @Test func `what does not go together`() {
        #expect(
            problems("[broker]\namqp_url = \"amqp://h\"\nfile = \"x\"") == [
                "w.toml:3: broker.file: amqp_url and file exclude each other: set one"
            ])
        #expect(
            problems("[ingest]\ndeadline = \"2s\"") == [
                "w.toml:2: broker.confirm_timeout: must not be longer than ingest.deadline"
            ])
        #expect(
            problems("[database]\nreconnect_min = \"30s\"") == [
                "w.toml:2: database.reconnect_min: must not be longer than database.reconnect_max"
            ])
        #expect(
            problems("[database]\nwait_timeout = \"3s\"") == [
                "w.toml:2: database.connect_timeout: must not be longer than database.wait_timeout"
            ])
        #expect(
            problems("[database]\nurl = \"postgresql://a,b/n?connect_timeout=11\"").first?.contains(
                "must not be longer than database.wait_timeout") == true)
        #expect(problems("[database]\nurl = \"postgresql://a,b/n?connect_timeout=9\"").isEmpty)
        #expect(
            problems("[ingest]\nmax_body_size = \"100 MiB\"") == [
                "w.toml:2: server.body_bytes_in_flight: must not be smaller than ingest.max_body_size"
            ])
        #expect(
            problems("[broker.tls]\ncertfile = \"x\"") == [
                "w.toml:2: broker.tls.certfile: certfile and keyfile go together: set both or none"
            ])
        #expect(
            problems("[server.tls]\nkeyfile = \"x\"") == [
                "w.toml:2: server.tls.keyfile: certfile and keyfile go together: set both or none"
            ])
        #expect(problems("", [:]).first?.hasPrefix("state_dir: ") == true)
    }

    @Test func `TLS`() throws {
        let plain = try Configuration.load(text: "")
        #expect(plain.server.tls.files == nil && plain.server.baseURL == "http://127.0.0.1:8080")
        let secure = try Configuration.load(
            text: "[server.tls]\ncertfile = \"/nowhere/c\"\nkeyfile = \"/nowhere/k\"\nhandshake_timeout = \"3s\"")
        #expect(secure.server.baseURL == "https://127.0.0.1:8080")
        #expect(secure.server.limits.handshakeTimeout == .seconds(3))
        #expect(
            secure.problemsOfTLSFiles().map(\.description)
                == ["server.tls: /nowhere/c can't be read: No such file or directory"])
        let broker = try Configuration.load(
            text: "[broker]\namqp_url = \"amqps://h/v\"\n[broker.tls]\nca_cert = \"/nowhere/ca\"")
        #expect(
            broker.problemsOfTLSFiles().map(\.description)
                == ["broker.tls: /nowhere/ca can't be read: No such file or directory"])
        #expect(broker.warnings.isEmpty)
        let useless = try Configuration.load(
            text: "[broker]\namqp_url = \"amqp://localhost/v\"\n[broker.tls]\nca_cert = \"/nowhere/ca\"")
        #expect(useless.warnings.count == 1 && useless.problemsOfTLSFiles().isEmpty)
    }

    @Test(arguments: [
        ("[broker]\namqp_url = \"amqp://u:sesame@mq.example.org/v\"", "mq.example.org"),
        ("[broker]\namqp_url = \"amqp://u:sesame@127.0.0.1,10.0.0.1/v\"", "10.0.0.1"),
        ("[broker]\namqp_url = \"amqp://guest:guest@mq.example.org/v\"", "mq.example.org"),
        ("[broker]\namqp_url = \"amqp://mq.example.org/v\"", "mq.example.org"),
        ("[database]\nurl = \"postgresql://u:sesame@db.example.org/n\"", "db.example.org"),
        ("[database]\nurl = \"postgresql://u@127.0.0.1,10.0.0.1/n?sslmode=prefer\"", "10.0.0.1"),
        ("[database]\nurl = \"host=10.0.0.1 dbname=n sslmode=disable\"", "10.0.0.1"),
    ]) func `what goes over the network in the clear`(text: String, host: String) throws {
        let warnings = try Configuration.load(text: text).warnings
        #expect(warnings.count == 1 && warnings[0].contains(host) && !warnings[0].contains("sesame"))
    }

    @Test(arguments: [
        "[broker]\namqp_url = \"amqps://u:sesame@mq.example.org/v\"", "[broker]\namqp_url = \"amqp://u:p@localhost/v\"",
        "[broker]\namqp_url = \"amqp://u:p@[::1]/v\"", "[database]\nurl = \"postgresql://u@127.0.0.1/n\"",
        "[database]\nurl = \"postgresql:///n?host=/run/postgresql\"",
        "[database]\nurl = \"postgresql://u@db.example.org/n?sslmode=verify-full\"",
        "[database]\nurl = \"postgresql://u@db.example.org/n?sslmode=require\"",
    ]) func `what stays here or is encrypted`(text: String) throws {
        #expect(try Configuration.load(text: text).warnings == [])
    }

    /// A secret that others may read or replace is none; a plain setting may be known.
    @Test(arguments: [mode_t(0o600), 0o640, 0o644, 0o666]) func `files of secrets are the owners only`(mode: mode_t)
        throws
    {
        let folder = try TemporaryFolder()
        let file = folder.path + "/value"
        try "sesame\n".write(toFile: file, atomically: false, encoding: .utf8)
        chmod(file, mode)
        let found = problems("", ["HOME": "/h", "W2F_OIDC_CLIENT_SECRET_FILE": file]).filter { $0.contains(file) }
        #expect(found.count == (mode & 0o004 == 0 ? 0 : 1), "\(found)")
        #expect(!found.joined().contains("sesame"))
        try "https://w2f.example.org\n".write(toFile: file, atomically: false, encoding: .utf8)
        #expect(problems("", ["HOME": "/h", "W2F_SERVER_PUBLIC_URL_FILE": file]) == [])
    }

    /// What everybody may read is everybody's, also where it is root's: but for the keys that distributions ship.
    @Test func `a broker's key that everybody may read`() throws {
        let folder = try TemporaryFolder()
        let key = folder.path + "/key.pem"
        try "x".write(toFile: key, atomically: false, encoding: .utf8)
        let configuration = try Configuration.load(
            text: "[broker]\namqp_url = \"amqps://mq/v\"\n[broker.tls]\ncertfile = \"/c\"\nkeyfile = \"\(key)\"")
        chmod(key, 0o644)
        #expect(configuration.permissionsOfTLSKeys().problems.count == 1)
        chmod(key, 0o600)
        #expect(configuration.permissionsOfTLSKeys().problems.isEmpty)
    }

    @Test func `services are checked against those that exist`() throws {
        let error = #expect(throws: SettingsError.self) {
            try Configuration.load(
                text: "[services]\nenabled = [\"github\", \"gitlob\"]", file: "w.toml",
                knownServices: ["github", "gitlab"])
        }
        #expect(
            error?.description
                == "w.toml:2: services.enabled: there is no service \"gitlob\"; the nearest is \"gitlab\"")
        let empty = try Configuration.load(text: "[services]\nenabled = []", knownServices: ["github"])
        #expect(empty.warnings.count == 1)
        #expect(problems("[services]\nenabled = [\"a\", \"a\"]").first?.contains("more than once") == true)
    }
}

/// A generator whose numbers are the same in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
