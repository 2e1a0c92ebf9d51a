import FedoraMessaging
import Foundation
import Logging
import Testing

@testable import Gateway

/// Which files are read, and fedora-messaging's own.
extension ConfigurationTests {
    @Test func `Fedora messaging's file with our keys above`() throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/config.toml"
        try """
        amqp_url = "amqps://fedora:@mq.example.org/%2Fpublic"
        topic_prefix = "org.theirs"
        publish_exchange = "theirs"
        [tls]
        certfile = "/c"
        keyfile = "/k"
        [client_properties]
        app = "theirs"
        team = "x"
        """.write(toFile: file, atomically: true, encoding: .utf8)
        // The default of a key, written down as the shipped file does, leaves theirs.
        let configuration = try Configuration.load(
            text: "[broker]\nconfig = \"\(file)\"\ntopic_prefix = \"\"\npublish_exchange = \"ours\"")
        guard case .broker(let settings) = configuration.publisher else {
            Issue.record("no broker")
            return
        }
        #expect(settings.topicPrefix == "org.theirs" && settings.publishExchange == "ours")
        #expect(settings.usesTLS && settings.usesExternalAuthentication)
        #expect(configuration.broker.settings.topicPrefix == "org.theirs")

        // Each key by itself: one of a table does not take the others' place.
        let trusting = try Configuration.load(
            text: """
                [broker]
                config = "\(file)"
                [broker.tls]
                ca_cert = "/ours"
                [broker.client_properties]
                app = "webhook2fedmsg"
                app_url = "https://example.org"
                """)
        guard case .broker(let merged) = trusting.publisher else {
            Issue.record("no broker")
            return
        }
        #expect(merged.tls == BrokerTLS(caCertificate: "/ours", certificate: "/c", key: "/k"))
        #expect(merged.usesExternalAuthentication)
        #expect(
            merged.clientProperties == [
                ClientProperty(name: "app", value: .string("theirs")),
                ClientProperty(name: "team", value: .string("x")),
                ClientProperty(name: "app_url", value: .string("https://example.org")),
            ])
        let renewed = try Configuration.load(
            text: "[broker]\nconfig = \"\(file)\"\n[broker.tls]\ncertfile = \"/new\"\n"
                + "[broker.client_properties]\nteam = \"y\"")
        guard case .broker(let mixed) = renewed.publisher else {
            Issue.record("no broker")
            return
        }
        #expect(mixed.tls == BrokerTLS(certificate: "/new", key: "/k"))
        #expect(mixed.clientProperties.map(\.name) == ["app", "team"])
        #expect(mixed.clientProperties.last?.value == .string("y"))

        try "topic_prefux = 1\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(
            problems("[broker]\nconfig = \"\(file)\"") == [
                "\(file):1: topic_prefux: fedora-messaging has no such key: is topic_prefix meant?"
            ])
    }

    @Test func `the file publisher by URL`() throws {
        let configuration = try Configuration.load(text: "[broker]\namqp_url = \"file:/var/spool/m.jsonl\"")
        #expect(configuration.publisher == .file(path: "/var/spool/m.jsonl"))
        #expect(configuration.publisher.description == "file:/var/spool/m.jsonl")
    }

    @Test func `which file is read`() throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/w.toml"
        try "[server]\nbacklog = 11".write(toFile: file, atomically: true, encoding: .utf8)
        let environment = ["HOME": "/h", "W2F_CONFIG": file]
        #expect(try Configuration.load(environment: environment).server.limits.acceptBacklog == 11)
        #expect(throws: SettingsError.self) {
            try Configuration.load(path: folder.path + "/missing", environment: environment)
        }
        // The machine may have its own, which is nothing to this.
        let standard = folder.path + "/standard.toml"
        #expect(try Configuration.load(environment: ["HOME": "/h"], standard: standard).file == nil)
        try "[server]\nbacklog = 12".write(toFile: standard, atomically: true, encoding: .utf8)
        #expect(
            try Configuration.load(environment: ["HOME": "/h"], standard: standard).server.limits.acceptBacklog == 12)
        #expect(try Configuration.load(environment: environment, standard: standard).server.limits.acceptBacklog == 11)
    }

    @Test
    func `a named pipe is refused, where a link to a file and what a shell hands over are read`() throws {
        let folder = try TemporaryFolder()
        let (pipe, file, link) = (folder.path + "/pipe", folder.path + "/file", folder.path + "/link")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(try Configuration.load(path: "/dev/null", environment: ["HOME": "/h"]).file == "/dev/null")
        for path in [pipe, "/dev/zero"] {
            let error = #expect(throws: SettingsError.self) { try Configuration.load(path: path, environment: [:]) }
            #expect(error?.description.contains("give the path of a regular file") == true)
        }
        // Secrets are read likewise.
        #expect(problems("", ["HOME": "/h", "W2F_DATABASE_URL_FILE": pipe]).first?.contains("a named pipe") == true)
        try "[server]\nbacklog = 13\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(symlink("file", link) == 0)
        #expect(try Configuration.load(path: link, environment: ["HOME": "/h"]).server.limits.acceptBacklog == 13)
        // As `--config <(…)` does.
        let handed = Pipe()
        try handed.fileHandleForWriting.write(contentsOf: Data("[server]\nbacklog = 14\n".utf8))
        try handed.fileHandleForWriting.close()
        let path = "/dev/fd/\(handed.fileHandleForReading.fileDescriptor)"
        #expect(try Configuration.load(path: path, environment: ["HOME": "/h"]).server.limits.acceptBacklog == 14)
    }

    @Test func `state folders`() throws {
        let folder = try TemporaryFolder()
        let missing = folder.path + "/missing"
        func standard(_ environment: [String: String], _ system: String) -> String? {
            StateDirectory.standard(environment: environment, system: system)
        }
        #expect(standard(["STATE_DIRECTORY": "/s/a:/s/b", "HOME": "/h"], folder.path) == "/s/a")
        #expect(standard(["XDG_STATE_HOME": "/x", "HOME": "/h"], folder.path) == folder.path)
        #expect(standard(["XDG_STATE_HOME": "/x", "HOME": "/h"], missing) == "/x/webhook2fedmsg")
        #expect(standard(["XDG_STATE_HOME": "x", "HOME": "/h"], missing) == "/h/.local/state/webhook2fedmsg")
        #expect(standard(["HOME": ""], missing) == nil)
        try StateDirectory.create(missing + "/a/b")
        try StateDirectory.create(missing + "/a/b")
        let attributes = try FileManager.default.attributesOfItem(atPath: missing + "/a/b")
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        try "".write(toFile: folder.path + "/file", atomically: true, encoding: .utf8)
        #expect(throws: SettingsError.self) { try StateDirectory.create(folder.path + "/file/a") }
    }
}
