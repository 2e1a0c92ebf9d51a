import AMQP
import EventLoop
import HTTPServer
import Testing

@testable import Gateway

@Suite struct ReadinessTests {
    @Test func `on this machine the reasons are told`() async throws {
        try await TestGateway.run { gateway in
            try await gateway.tokens.claimRootKey()
            let answer = try await gateway.send("GET", "/readyz")
            #expect(answer.status == 200 && answer.text.contains(#""parts": {"broker": {"ready": true"#))
        }
    }

    /// A proxy on this machine: somebody else asks.
    @Test(arguments: ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "x-forwarded-proto", "CF-Connecting-IP"])
    func `through a proxy there is a word`(header: String) async throws {
        try await TestGateway.run { gateway in
            try await gateway.tokens.claimRootKey()
            let answer = try await gateway.send("GET", "/readyz", [header: "198.51.100.7"])
            #expect(answer.status == 200 && answer.text.hasSuffix("\r\n\r\n{\"status\": \"ok\"}\n"))
        }
    }

    /// One that says nothing of itself passes the outside's name on.
    @Test func `under another name there is a word`() async throws {
        try await TestGateway.run { gateway in
            try await gateway.tokens.claimRootKey()
            let request = "GET /readyz HTTP/1.1\r\nHost: webhooks.example.org\r\nConnection: close\r\n\r\n"
            let answer = try await gateway.ask(Array(request.utf8))
            #expect(answer.status == 200 && answer.text.hasSuffix("\r\n\r\n{\"status\": \"ok\"}\n"))
        }
    }

    @Test func `an administrator is told from everywhere`() async throws {
        try await TestGateway.run(isAdministrator: true) { gateway in
            let answer = try await gateway.send("GET", "/readyz", ["X-Forwarded-For": "198.51.100.7"])
            #expect(answer.text.contains(#""parts": {"broker": {"ready": true"#))
        }
    }

    /// What proxies look at: neither the broker nor the database has a server taken out, for they are everybody's.
    @Test func `without a broker it serves until it stops`() async throws {
        let (publisher, stopping) = (ScriptedPublisher(), Stopping())
        publisher.readiness = .notReady(reason: "connecting (refused)")
        try await TestGateway.run(publisher: publisher, stopping: stopping) { gateway in
            #expect(try await gateway.send("GET", "/readyz").status == 503)
            let serving = try await gateway.send("GET", "/readyz/server")
            #expect(serving.status == 200 && serving.text.hasSuffix("\r\n\r\n{\"status\": \"ok\"}\n"))
            #expect(try await gateway.send("HEAD", "/readyz/server").status == 200)
            stopping.begin()
            let stopped = try await gateway.send("GET", "/readyz/server")
            #expect(stopped.status == 503 && stopped.text.hasSuffix("\r\n\r\n{\"status\": \"not ready\"}\n"))
            #expect(try await gateway.send("GET", "/healthz").status == 200)
            #expect(try await gateway.send("GET", "/readyz/broker").status == 404)
        }
    }

    @Test func `the word is all there is`() {
        let parts = [ReadinessReport.Part(name: "broker", isReady: false, detail: "no route to broker.internal:5671")]
        #expect(String(decoding: ReadinessReport(parts: parts).word, as: UTF8.self) == "{\"status\": \"not ready\"}\n")
    }

    @Test func `one connection is enough but not if the broker blocks or refuses`() {
        let away = PublisherStatus.connecting(lastError: "refused")
        #expect(BrokerPublisher.readiness(of: [away, .connected]).isReady)
        #expect(BrokerPublisher.readiness(of: [.connected, .suspect]).isReady)
        #expect(
            BrokerPublisher.readiness(of: [.connected, .blocked(reason: "memory")])
                == .notReady(reason: "blocked by the broker (memory)"))
        #expect(
            BrokerPublisher.readiness(of: [.doubtful(reason: "404 NOT_FOUND"), .connected])
                == .notReady(reason: "404 NOT_FOUND"))
        #expect(BrokerPublisher.readiness(of: [away]) == .notReady(reason: "connecting (refused)"))
        #expect(!BrokerPublisher.readiness(of: []).isReady)
    }

    /// Each service's topic is one of that service, which is what permissions are about.
    @Test func `the topics that the broker is asked about are the services`() throws {
        let services = Configuration().services.registry.known
        for (name, topic) in ExampleTopics.of(services) {
            let service = try #require(services.first { $0.name == name })
            #expect(topic.hasPrefix(service.topicRoot + ".") && topic.utf8.count > service.topicRoot.utf8.count + 1)
        }
    }
}
