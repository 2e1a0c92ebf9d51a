import EventLoop
import Glibc
import Testing

@testable import AMQP

@Suite("Publisher against a scripted broker", .serialized)
struct AMQPPublisherTests {
    @Test
    func `connects, publishes from the loop and from elsewhere, says goodbye`() async throws {
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection()
            try broker.acceptChannel()
            for tag in 1...2 {
                let message = try broker.acceptMessage()
                guard message.publish.routingKey == "a.b" else { throw PeerError(description: "key") }
                try broker.send(BasicAck(deliveryTag: UInt64(tag), multiple: false), channel: 1)
            }
            try broker.acceptFarewell()
        }
        let outcomes = try await withPublisher(broker.settings) { publisher in
            try await publisher.waitUntilConnected()
            return [await publisher.publishOnLoop(message()), await publisher.publish(message())]
        }
        #expect(outcomes == [.confirmed, .confirmed])
        try await broker.finish()
    }

    @Test
    func `publishes of one turn are pipelined, and a multiple ack answers them`() async throws {
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection()
            try broker.acceptChannel()
            for _ in 1...100 { try broker.acceptMessage() }
            try broker.send(BasicNack(deliveryTag: 50, multiple: false), channel: 1)
            try broker.send(BasicAck(deliveryTag: 100, multiple: true), channel: 1)
            try broker.acceptFarewell()
        }
        let outcomes = try await withPublisher(broker.settings) { publisher in
            try await publisher.waitUntilConnected()
            return await publisher.publishAll((0..<100).map { message($0) })
        }
        #expect(outcomes.filter { $0 == .confirmed }.count == 99)
        #expect(outcomes.filter { $0 == .nacked }.count == 1)
        try await broker.finish()
    }

    @Test
    func `before there is a connection, nothing waits`() async throws {
        let publisher = AMQPPublisher(
            loop: testLoop, settings: Conversation.settings, limits: testLimits, logger: quietLogger)
        #expect(await publisher.publish(message()) == .unavailable("not connected"))
        #expect(publisher.status == .connecting(lastError: nil))
        await publisher.shutdown()
        #expect(publisher.status == .stopped)
        #expect(await publisher.publishOnLoop(message()) == .unavailable("shutting down"))
    }

    @Test
    func `a large body is split at the frame-max that was agreed on, past a full socket`() async throws {
        let large = message(8 << 20)
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection(tuning: Tuning(channelMax: 1, frameMax: 4096, heartbeat: 0))
            try broker.acceptChannel()
            let got = try broker.acceptMessage()
            guard got.body == large.body, got.frames == ((8 << 20) + 4087) / 4088 else {
                throw PeerError(description: "\(got.body.count) bytes in \(got.frames) frames")
            }
            try broker.send(BasicAck(deliveryTag: 1, multiple: false), channel: 1)
            try broker.acceptFarewell()
        }
        let outcome = try await withPublisher(broker.settings) { publisher in
            try await publisher.waitUntilConnected()
            return await publisher.publishOnLoop(large)
        }
        #expect(outcome == .confirmed)
        try await broker.finish()
    }

    @Test
    func `a channel that the broker closes is opened again on the same connection`() async throws {
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection()
            try broker.acceptChannel()
            for _ in 1...3 { try broker.acceptMessage() }
            let reason = CloseReason(code: 403, text: "ACCESS_REFUSED", method: BasicPublish.id)
            // It does not say which, so they come one by one: the second is it.
            try broker.send(ChannelClose(reason), channel: 1)
            try broker.expect(ChannelCloseOK.self)
            try broker.acceptChannel()
            try broker.acceptMessage()
            try broker.send(BasicAck(deliveryTag: 1, multiple: false), channel: 1)
            try broker.acceptMessage()
            try broker.send(ChannelClose(reason), channel: 1)
            try broker.expect(ChannelCloseOK.self)
            try broker.acceptChannel()
            try broker.acceptMessage()
            try broker.send(BasicAck(deliveryTag: 1, multiple: false), channel: 1)
            try broker.acceptMessage()
            try broker.send(BasicAck(deliveryTag: 2, multiple: false), channel: 1)
            try broker.acceptFarewell()
        }
        try await withPublisher(broker.settings) { publisher in
            try await publisher.waitUntilConnected()
            let several = await publisher.publishAll([message(), message(), message()])
            #expect(several.count { $0 == .confirmed } == 2)
            #expect(several.count { $0 == .refused(code: 403, text: "ACCESS_REFUSED") } == 1)
            #expect(try await publisher.publishWhenOpen(message()) == .confirmed)
        }
        try await broker.finish()
    }

    @Test
    func `a broken connection answers what is in flight, and is made again`() async throws {
        let broker = try FakeBroker(connections: 2) { broker, index in
            try broker.acceptConnection()
            try broker.acceptChannel()
            for _ in 0..<2 { try broker.acceptMessage() }
            try broker.send(BasicAck(deliveryTag: 1, multiple: false), channel: 1)
            if index == 0 { return }
            try broker.send(BasicAck(deliveryTag: 2, multiple: false), channel: 1)
            try broker.acceptFarewell()
        }
        try await withPublisher(broker.settings) { publisher in
            for isLast in [false, true] {
                try await publisher.waitUntilConnected()
                let outcomes = await publisher.publishAll([message(), message()])
                #expect(outcomes.first == .confirmed)
                if isLast {
                    #expect(outcomes.last == .confirmed)
                } else {
                    guard case .unavailable(let why)? = outcomes.last else {
                        Issue.record("\(outcomes)")
                        return
                    }
                    #expect(why.contains("connection lost"))
                }
                // The status changes with the loss, before those that waited are told.
            }
        }
        try await broker.finish()
    }

    @Test
    func `a broker that closes the connection gets its close-ok; its words are in the status`() async throws {
        let broker = try FakeBroker { broker, _ in
            _ = try broker.read(8)
            try broker.send(ConnectionStart(serverProperties: [:], mechanisms: "PLAIN"))
            try broker.expect(ConnectionStartOK.self)
            try broker.send(ConnectionClose(CloseReason(code: 403, text: "ACCESS_REFUSED - Login was refused")))
            try broker.expect(ConnectionCloseOK.self)
            try broker.expectEnd()
        }
        try await withPublisher(broker.settings) { publisher in
            try await broker.finish()
            try await eventually("the next attempt") { "\(publisher.status)".contains("refused") }
            guard case .connecting(let error?) = publisher.status else {
                Issue.record("\(publisher.status)")
                return
            }
            #expect(error.contains("127.0.0.1:\(broker.port)"))
            #expect(!error.contains("test"))
        }
    }

    @Test
    func `a broker that stops confirming: time-out, then nobody waits, then another connection`() async throws {
        let broker = try FakeBroker(connections: 2) { broker, index in
            try broker.acceptConnection()
            try broker.acceptChannel()
            try broker.acceptMessage()
            if index == 0 { return try broker.expectEnd() }
            try broker.send(BasicAck(deliveryTag: 1, multiple: false), channel: 1)
            try broker.acceptFarewell()
        }
        var limits = testLimits
        limits.confirmTimeout = .seconds(1)
        limits.suspectTimeout = .seconds(3)
        try await withPublisher(broker.settings, limits: limits) { publisher in
            try await publisher.waitUntilConnected()
            #expect(await publisher.publishOnLoop(message()) == .timedOut)
            #expect(publisher.status == .suspect)
            let began = ContinuousClock.now
            #expect(await publisher.publishOnLoop(message()) == .unavailable("the broker is not confirming"))
            #expect(ContinuousClock.now - began < .milliseconds(900))
            try await publisher.waitUntilConnected()
            #expect(await publisher.publishOnLoop(message()) == .confirmed)
        }
        try await broker.finish()
    }

    @Test
    func `a blocked broker answers at once, an unblocked one publishes again`() async throws {
        let gate = Locked(false)
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection()
            try broker.acceptChannel()
            try broker.send(ConnectionBlocked(reason: "low on memory"))
            while !gate.withLock({ $0 }) { usleep(1000) }
            try broker.send(ConnectionUnblocked())
            try broker.acceptMessage()
            try broker.send(BasicAck(deliveryTag: 1, multiple: false), channel: 1)
            try broker.acceptFarewell()
        }
        try await withPublisher(broker.settings) { publisher in
            try await eventually("blocked") { publisher.status == .blocked(reason: "low on memory") }
            let outcome = await publisher.publishOnLoop(message())
            #expect(outcome == .unavailable("blocked by the broker: low on memory"))
            gate.withLock { $0 = true }
            try await publisher.waitUntilConnected()
            #expect(await publisher.publishOnLoop(message()) == .confirmed)
        }
        try await broker.finish()
    }

    @Test
    func `heartbeats go out on an idle connection, and silence ends it`() async throws {
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection(tuning: Tuning(channelMax: 1, frameMax: 4096, heartbeat: 1))
            try broker.acceptChannel()
            guard try broker.read(8) == heartbeatFrame else { throw PeerError(description: "no heartbeat") }
            // We say nothing: after two seconds we count as dead.
            try broker.expectEnd()
        }
        try await withPublisher(broker.settings) { publisher in
            try await publisher.waitUntilConnected()
            try await broker.finish()
            try await eventually("the loss") { publisher.status != .connected }
        }
    }

    @Test
    func `a broker that never answers is left after the connect time-out`() async throws {
        let broker = try FakeBroker { broker, _ in
            _ = try broker.read(8)
            try broker.expectEnd()
        }
        var settings = broker.settings
        settings.connectTimeout = .milliseconds(200)
        let began = ContinuousClock.now
        try await withPublisher(settings) { publisher in
            try await broker.finish()
            #expect(ContinuousClock.now - began >= .milliseconds(190))
            try await eventually("the error") { "\(publisher.status)".contains("127.0.0.1") }
        }
    }

    @Test
    func `an address that lets the connection hang is left after the connect time-out`() async throws {
        // The kernel answers no further connection while the queue of an idle listener is full.
        let listener = try FullListener()
        var settings = Conversation.settings
        settings.endpoints = [BrokerEndpoint(host: "127.0.0.1", port: listener.port)]
        settings.connectTimeout = .milliseconds(200)
        try await withPublisher(settings) { publisher in
            try await eventually("the time-out") { "\(publisher.status)".contains("timed out") }
        }
        withExtendedLifetime(listener) {}
    }

    @Test
    func `addresses are tried in turn, without a pause until all were`() async throws {
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection()
            try broker.acceptChannel()
            try broker.acceptFarewell()
        }
        var settings = broker.settings
        // Port 1 refuses; with the pause of this back-off the test would run into its limit.
        settings.endpoints = [BrokerEndpoint(host: "127.0.0.1", port: 1)] + settings.endpoints
        var limits = testLimits
        limits.backoffMinimum = .seconds(60)
        limits.backoffMaximum = .seconds(60)
        try await withPublisher(settings, limits: limits) { try await $0.waitUntilConnected() }
        try await broker.finish()
    }

    @Test
    func `garbage from the broker ends the connection, not the process`() async throws {
        let broker = try FakeBroker(connections: 2) { broker, index in
            if index == 0 {
                var random = SeededGenerator(seed: 5)
                try broker.send(random.bytes(500))
                return try broker.expectEnd()
            }
            try broker.acceptConnection()
            try broker.acceptChannel()
            try broker.acceptFarewell()
        }
        try await withPublisher(broker.settings) { try await $0.waitUntilConnected() }
        try await broker.finish()
    }
}

extension AMQPPublisher {
    /// Publishes as soon as the channel is open again.
    nonisolated func publishWhenOpen(_ message: OutgoingMessage) async throws -> PublishOutcome {
        for _ in 0..<2000 {
            let outcome = await publishOnLoop(message)
            guard outcome == .unavailable("the channel is not open") else { return outcome }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw PeerError(description: "the channel was not opened again")
    }
}
