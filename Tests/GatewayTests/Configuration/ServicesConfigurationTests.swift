import FedoraMessaging
import Foundation
import Testing
import WebhookServices

@testable import Gateway

/// `[services.NAME]`.
@Suite struct ServicesConfigurationTests {
    func problems(_ text: String) -> [String] {
        do {
            _ = try Configuration.load(text: text, file: "w.toml", knownServices: ["github"])
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func `a service is offered because it is there`() throws {
        let configuration = try Configuration.load(
            text: """
                [services]
                enabled = ["github", "zebra"]
                [services.zebra]
                signature_header = "X-Zebra"
                [services.build-farm]
                title = "The build farm"
                signature_header = "X-Farm-Signature"
                prefix = "v0="
                algorithm = "hmac-sha512"
                encoding = "base64"
                signed = ["literal:v0:", "timestamp", "literal::", "body"]
                list_separator = ","
                secret_encoding = "base64"
                timestamp_header = "X-Farm-Time"
                timestamp_unit = "milliseconds"
                timestamp_tolerance = "1m"
                event = "body:event.type"
                delivery_id = "header:X-Farm-Delivery"
                repository = "body:project"
                private = "body:internal"
                headers = ["User-Agent", "X-Farm-Delivery"]
                """, knownServices: ["github"])
        let registry = configuration.services.registry
        #expect(registry.offered.map(\.name) == ["github", "build-farm", "zebra"])
        #expect(registry.offered.map(\.title) == ["GitHub", "The build farm", "zebra"])
        #expect(configuration.summary.contains { $0 == ("services", "github, build-farm, zebra") })
        #expect(
            configuration.summary.contains {
                $0 == ("topic permission", #"^(github|webhook\.build-farm|webhook\.zebra)\..*$"#)
            })
    }

    @Test func `the topic permission has the prefix`() throws {
        let configuration = try Configuration.load(
            text: "[broker]\ntopic_prefix = \"org.fedoraproject.stg\"\n[services]\nenabled = [\"github\", \"gitea\"]")
        #expect(
            configuration.summary.contains {
                $0 == ("topic permission", #"^org\.fedoraproject\.stg\.(github|webhook\.gitea)\..*$"#)
            })
    }

    @Test func `every problem with its line and key`() {
        let text = """
            [services.one]
            signature_heder = "X"
            algorithm = "md5"
            [services.two]
            title = "Two"
            [services.three]
            signature_header = "X-Three"
            signed = ["body", "nonce"]
            [services.gitlab]
            signature_header = "X"
            [services.metrics]
            [services.Bad]
            [services.four]
            signature_header = "X Four"
            """
        #expect(
            problems(text) == [
                #"w.toml:2: services.one.signature_heder: there is no such key in [services.one]; the nearest is "signature_header""#,
                #"w.toml:3: services.one.algorithm: expected one of hmac-sha256, hmac-sha384, hmac-sha512, found "md5""#,
                "w.toml:4: services.two.signature_header: required: the header that holds the signature",
                #"w.toml:8: services.three.signed: expected "body", "timestamp", "header:NAME" or "literal:TEXT", found "nonce""#,
                "w.toml:9: services.gitlab: there is a built-in service of that name",
                "w.toml:11: services.metrics: that name is taken: something else is, or may come to be, at /metrics",
                #"w.toml:12: services.Bad: a service's name has a-z, 0-9 and "-", begins with a letter, and has at most 32 characters"#,
                #"w.toml:14: services.four.signature_header: expected the name of a header, found "X Four""#,
            ])
    }

    @Test(arguments: [
        (#"signed = []"#, "signed", "once"), (#"signed = ["body", "literal:.", "body"]"#, "signed", "more than once"),
        (#"signed = ["timestamp", "body"]"#, "signed", "needs timestamp_header"),
        (#"signed = ["header:X-Id", "body"]"#, "signed", "put a"),
        (#"signed = ["body", "header:X-Id"]"#, "signed", "put a"),
        (#"signed = ["literal:", "body"]"#, "signed", "expected"),
        (#"signed = ["header:", "body"]"#, "signed", "expected the name of a header"),
        (#"timestamp_header = "X-Time""#, "timestamp_header", "not among the signed parts"),
        (#"list_separator = "ab""#, "list_separator", "one ASCII character"),
        (#"list_separator = "é""#, "list_separator", "one ASCII character"),
        (#"event = "X-Event""#, "event", "expected"),
        (#"event = "body:""#, "event", "expected"), (#"event = "body:a..b""#, "event", "expected"),
        (#"delivery_id = "header:a b""#, "delivery_id", "expected the name of a header"),
        (#"repository = "header:X""#, "repository", "expected"), (#"private = "x""#, "private", "expected"),
        (#"headers = ["Authorization"]"#, "headers", "secret"), (#"headers = ["x-signature"]"#, "headers", "secret"),
        (#"headers = ["X-Hub-Signature-256"]"#, "headers", "secret"),
        (#"timestamp_tolerance = "2d""#, "timestamp_tolerance", "expected"),
        (#"secret_encoding = "base32""#, "secret_encoding", "expected one of"), (#"title = 5"#, "title", "expected"),
    ])
    func `what is refused`(_ line: String, _ key: String, _ words: String) {
        let found = problems("[services.x]\nsignature_header = \"X-Signature\"\n\(line)")
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("w.toml:3: services.x.\(key): ") == true, "\(found)")
        #expect(found.first?.contains(words) == true, "\(found)")
    }

    @Test func `what is no section`() {
        #expect(
            problems("[services]\nenable = [\"github\"]") == [
                #"w.toml:2: services.enable: there is no such key in [services]; the nearest is "enabled""#
            ])
        #expect(problems("[services.enabled]\nx = 1").first?.contains("services.enabled: expected a list") == true)
        // Variables cannot: the name would be a guess.
        #expect(throws: SettingsError.self) {
            try Configuration.load(
                text: "", environment: ["HOME": "/h", "W2F_SERVICES_EXAMPLE_TITLE": "x"], knownServices: ["github"])
        }
    }

    /// Taken in as it stands, the example in the shipped file is a service that works.
    @Test func `the shipped example works`() throws {
        let shipped = try String(contentsOfFile: ShippedConfigurationTests.path, encoding: .utf8)
        var text = ""
        for line in shipped.split(separator: "\n") {
            guard line.hasPrefix("#"), !line.hasPrefix("# "), line.count > 1 else { continue }
            text += line.dropFirst() + "\n"
        }
        let configuration = try Configuration.load(text: text, knownServices: ServiceRegistry.builtIn.map(\.name))
        #expect(configuration.services.configured.map(\.name) == ["example"])
        for key in GenericServiceConfiguration.keys {
            #expect(text.contains("\n\(key.name) = "), "\(key.name)")
            #expect(key.documentation.hasSuffix("."))
        }
    }
}
