import EventLoop
import Testing

@testable import AMQP

@Suite(
    "Publisher against RabbitMQ", .serialized,
    .enabled(if: LiveBroker.isThere, "set W2F_TEST_AMQP_URL to run against a real broker"))
struct LiveBrokerTests {
    @Test
    func `a thousand publishes, pipelined: all confirmed, each there once`() async throws {
        let settings = try LiveBroker.requireSettings()
        let queue = try LiveQueue(settings, bindingKey: "live.thousand.#")
        let outcomes = try await withPublisher(settings) { publisher in
            try await publisher.waitUntilConnected()
            return await publisher.publishAll((0..<1000).map { message($0, key: "live.thousand.\($0)") })
        }
        #expect(outcomes.allSatisfy { $0 == .confirmed })
        #expect(try queue.count() == 1000)
        var keys: Set<String> = []
        for _ in 0..<1000 { keys.insert(try queue.get().routingKey) }
        #expect(keys.count == 1000)
    }

    @Test
    func `properties and headers arrive as they were sent`() async throws {
        let settings = try LiveBroker.requireSettings()
        let queue = try LiveQueue(settings, bindingKey: "live.properties")
        let properties = BasicProperties(
            contentType: "application/json", contentEncoding: "utf-8",
            headers: [
                "fedora_messaging_schema": .longString("webhook_to_fedora_messaging.github.message_v1"),
                "sent-at": .longString("2026-11-23T17:50:19+00:00"), "fedora_messaging_severity": .int32(20),
                "priority": .int32(0), "fedora_messaging_user_alice": .bool(true),
            ],
            deliveryMode: 2, priority: 3, messageID: "b2397557-4a2b-41fb-9b56-fc8fb9e98c75")
        let sent = OutgoingMessage(
            exchange: "amq.topic", routingKey: "live.properties", properties: properties, body: Array("{}".utf8))
        let outcome = try await withPublisher(settings) { publisher in
            try await publisher.waitUntilConnected()
            return await publisher.publishOnLoop(sent)
        }
        #expect(outcome == .confirmed)
        let got = try queue.get()
        #expect(got.properties == properties)
        #expect(got.body == sent.body)
    }

    @Test(arguments: [4096, 131_072] as [UInt32])
    func `a body of a megabyte is split and arrives whole`(frameMax: UInt32) async throws {
        var settings = try LiveBroker.requireSettings()
        settings.frameMax = frameMax
        let queue = try LiveQueue(settings, bindingKey: "live.large")
        let sent = message(1 << 20, key: "live.large")
        let outcome = try await withPublisher(settings) { publisher in
            try await publisher.waitUntilConnected()
            return await publisher.publishOnLoop(sent)
        }
        #expect(outcome == .confirmed)
        #expect(try queue.get().body == sent.body)
    }

    @Test
    func `a missing exchange refuses its own messages and no other, and the channel comes again`() async throws {
        let settings = try LiveBroker.requireSettings()
        try await withPublisher(settings) { publisher in
            try await publisher.waitUntilConnected()
            let alone = await publisher.publishOnLoop(message(exchange: "live.missing"))
            guard case .refused(404, let text) = alone else {
                Issue.record("\(alone)")
                return
            }
            #expect(text.contains("live.missing"))
            #expect(try await publisher.publishWhenOpen(message(key: "live.missing")) == .confirmed)
            let several = await publisher.publishAll([message(exchange: "live.missing"), message(), message()])
            #expect(several.count { $0 == .confirmed } == 2)
            #expect(several.contains { if case .refused(404, _) = $0 { true } else { false } })
            #expect(try await publisher.publishWhenOpen(message(key: "live.missing")) == .confirmed)
        }
    }

    @Test
    func `a full queue that rejects is a nack`() async throws {
        let settings = try LiveBroker.requireSettings()
        let queue = try LiveQueue(
            settings, bindingKey: "live.full",
            arguments: ["x-max-length": .int32(1), "x-overflow": .longString("reject-publish")])
        let outcomes = try await withPublisher(settings) { publisher in
            try await publisher.waitUntilConnected()
            var outcomes: [PublishOutcome] = []
            for _ in 0..<4 { outcomes.append(await publisher.publishOnLoop(message(key: "live.full"))) }
            return outcomes
        }
        #expect(outcomes.first == .confirmed)
        #expect(outcomes.last == .nacked)
        #expect(try queue.get().routingKey == "live.full")
    }

    @Test
    func `a cut connection answers what is in flight, and is made again`() async throws {
        var settings = try LiveBroker.requireSettings()
        let proxy = try CuttableProxy(to: settings.endpoints[0].port)
        settings.endpoints = [BrokerEndpoint(host: "127.0.0.1", port: proxy.port)]
        try await withPublisher(settings) { publisher in
            for _ in 0..<3 {
                try await publisher.waitUntilConnected()
                #expect(await publisher.publishOnLoop(message()) == .confirmed)
                proxy.stall(true)
                async let stalled = publisher.publishAll([message(), message()])
                try await Task.sleep(for: .milliseconds(50))
                proxy.cut()
                for outcome in await stalled {
                    guard case .unavailable = outcome else {
                        Issue.record("\(outcome)")
                        return
                    }
                }
                // The status changes with the loss, before those that waited are told.
            }
            try await publisher.waitUntilConnected()
            #expect(await publisher.publishOnLoop(message()) == .confirmed)
        }
    }

    @Test
    func `a broker whose confirms stop: time-out, suspect, and well again when they come late`() async throws {
        var settings = try LiveBroker.requireSettings()
        let proxy = try CuttableProxy(to: settings.endpoints[0].port)
        settings.endpoints = [BrokerEndpoint(host: "127.0.0.1", port: proxy.port)]
        var limits = testLimits
        limits.confirmTimeout = .seconds(2)
        try await withPublisher(settings, limits: limits) { publisher in
            try await publisher.waitUntilConnected()
            #expect(await publisher.publishOnLoop(message()) == .confirmed)
            proxy.stall(true)
            #expect(await publisher.publishOnLoop(message()) == .timedOut)
            #expect(publisher.status == .suspect)
            #expect(await publisher.publishOnLoop(message()) == .unavailable("the broker is not confirming"))
            proxy.stall(false)
            try await publisher.waitUntilConnected()
            #expect(await publisher.publishOnLoop(message()) == .confirmed)
        }
    }

    @Test
    func `wrong credentials and a missing virtual host are told in the broker's words, without the password`()
        async throws
    {
        var wrong = try LiveBroker.requireSettings()
        wrong.mechanism = .plain(username: "nobody", password: "hunter2")
        try await withPublisher(wrong) { publisher in
            try await eventually("the refusal") { "\(publisher.status)".contains("403 ACCESS_REFUSED") }
            #expect(!"\(publisher.status)".contains("hunter2"))
        }
        var missing = try LiveBroker.requireSettings()
        missing.virtualHost = "/nowhere"
        try await withPublisher(missing) { publisher in
            try await eventually("the refusal") { "\(publisher.status)".contains("530 NOT_ALLOWED") }
        }
    }
}
