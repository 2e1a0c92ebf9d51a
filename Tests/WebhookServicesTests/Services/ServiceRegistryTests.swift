import Testing
import WebhookServices

@Suite struct ServiceRegistryTests {
    @Test func `services are found by name`() {
        for service in ServiceRegistry.builtIn {
            #expect(ServiceRegistry.service(named: service.name)?.name == service.name)
        }
        #expect(ServiceRegistry.service(named: "GitHub") == nil)
        #expect(ServiceRegistry.service(named: "") == nil)
    }

    @Test func `names are fit for URLs and topics`() {
        let names = ServiceRegistry.builtIn.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(!name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) })
            #expect(!ServiceRegistry.reservedNames.contains(name))
        }
        #expect(ServiceRegistry.builtIn.allSatisfy { !$0.title.isEmpty })
    }

    @Test func `offered and known`() {
        let registry = ServiceRegistry(enabled: ["gitlab", "nothing", "github"], configured: [ExampleService()])
        #expect(registry.offered.map(\.name) == ["github", "gitlab", "example"])
        #expect(registry.known.map(\.name) == ServiceRegistry.builtIn.map(\.name) + ["example"])
        #expect(registry.offered(named: "example") != nil && registry.offered(named: "forgejo") == nil)
        #expect(registry.known(named: "forgejo") != nil && registry.known(named: "nothing") == nil)
    }

    @Test func `the permission that they need`() {
        let registry = ServiceRegistry(enabled: ["github", "gitlab"], configured: [ExampleService()])
        #expect(
            registry.topicPattern(prefix: "org.fedoraproject.prod")
                == #"^org\.fedoraproject\.prod\.(github|gitlab|webhook\.example)\..*$"#)
        #expect(registry.topicPattern(prefix: "a.") == #"^a\.(github|gitlab|webhook\.example)\..*$"#)
        #expect(registry.topicPattern(prefix: "") == #"^(github|gitlab|webhook\.example)\..*$"#)
        #expect(ServiceRegistry(enabled: []).topicPattern(prefix: "a") == "^$")
    }

    /// Only what the published schema package knows has a topic at the top.
    @Test func `topic roots`() {
        for service in ServiceRegistry.builtIn {
            let isPublished = service.schema.package == "webhook_to_fedora_messaging_messages"
            #expect(service.topicRoot == (isPublished ? service.name : "webhook.\(service.name)"))
        }
    }

    @Test func `everybody is told what to do`() {
        for service in ServiceRegistry.builtIn {
            let guide = service.setup
            #expect(!guide.places.isEmpty && guide.steps.count >= 3 && !guide.events.isEmpty, "\(service.name)")
            #expect(guide.fields.contains { $0.value == .url || $0.value == .urlWithSecret }, "\(service.name)")
            let hasSecret = guide.fields.contains { $0.value == .secret || $0.value == .urlWithSecret }
            #expect(hasSecret == (service.secretOrigin == .here), "\(service.name)")
            let texts = guide.steps + guide.notes + [guide.events]
            #expect(texts.allSatisfy { $0.hasSuffix(".") || $0.hasSuffix("…\"") }, "\(service.name)")
            #expect(guide.reference?.hasPrefix("https://") ?? true)
        }
    }

    /// What consumers go by, and must never change.
    @Test func `schemas and topics are those of the packages`() {
        let published = ["github", "gitlab", "forgejo", "pretix"]
        for service in ServiceRegistry.builtIn where service.name != "discourse" {
            let root = published.contains(service.name) ? "webhook_to_fedora_messaging" : "webhook2fedmsg"
            #expect(service.schema.name == "\(root).\(service.name).message_v1")
            #expect(
                service.schema.package
                    == (published.contains(service.name)
                        ? "webhook_to_fedora_messaging_messages" : "webhook2fedmsg_messages"))
        }
        let all = ServiceRegistry(enabled: ServiceRegistry.builtIn.map(\.name))
        #expect(
            all.topicPattern(prefix: "org.fedoraproject.prod")
                == #"^org\.fedoraproject\.prod\.(github|gitlab|forgejo|discourse|webhook\.gitea|webhook\.bitbucket|"#
                + #"webhook\.pagure|pretix|webhook\.weblate|webhook\.sentry|webhook\.quay|webhook\.dockerhub|"#
                + #"webhook\.standard)\..*$"#)
    }

    @Test func `secrets are in a form that the service takes`() throws {
        for service in ServiceRegistry.builtIn where service.secretOrigin == .here {
            let secret = service.secret(from: (0..<32).map { $0 * 7 })
            #expect(secret.utf8.count >= 32)
            _ = try service.prepare(secret: Array(secret.utf8))
        }
    }

    @Test func `URLs with secrets`() {
        #expect(
            SetupGuide.urlWithSecret("https://w.example.org/pretix/x", secret: "a b/c:é~")
                == "https://webhook:a%20b%2Fc%3A%C3%A9~@w.example.org/pretix/x")
    }
}
