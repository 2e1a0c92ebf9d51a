import EventLoop
import Glibc
import Testing

@testable import AMQP

@Suite("Publisher: cancelling and shutting down", .serialized)
struct AMQPPublisherShutdownTests {
    @Test
    func `a cancelled caller still learns the outcome, once`() async throws {
        let arrived = Locked(false)
        let gate = Locked(false)
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection()
            try broker.acceptChannel()
            try broker.acceptMessage()
            arrived.withLock { $0 = true }
            while !gate.withLock({ $0 }) { usleep(1000) }
            try broker.send(BasicAck(deliveryTag: 1, multiple: false), channel: 1)
            try broker.acceptFarewell()
        }
        let outcome = try await withPublisher(broker.settings) { publisher in
            try await publisher.waitUntilConnected()
            let task = Task { await publisher.publishOnLoop(message()) }
            try await eventually("the message") { arrived.withLock { $0 } }
            task.cancel()
            gate.withLock { $0 = true }
            return await task.value
        }
        #expect(outcome == .confirmed)
        try await broker.finish()
    }

    @Test
    func `a shutdown waits for what is in flight, and takes no more`() async throws {
        let arrived = Locked(false)
        let gate = Locked(false)
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection()
            try broker.acceptChannel()
            try broker.acceptMessage()
            arrived.withLock { $0 = true }
            while !gate.withLock({ $0 }) { usleep(1000) }
            try broker.send(BasicAck(deliveryTag: 1, multiple: false), channel: 1)
            try broker.acceptFarewell()
        }
        try await withPublisher(broker.settings) { publisher in
            try await publisher.waitUntilConnected()
            async let first = publisher.publishOnLoop(message())
            try await eventually("the message") { arrived.withLock { $0 } }
            async let stopped: Void = publisher.shutdown()
            try await eventually("the shutdown") { publisher.status == .stopped }
            #expect(await publisher.publishOnLoop(message()) == .unavailable("shutting down"))
            gate.withLock { $0 = true }
            #expect(await first == .confirmed)
            await stopped
        }
        try await broker.finish()
    }

    @Test
    func `a shutdown does not wait for ever, neither for confirms nor for the farewell`() async throws {
        let arrived = Locked(false)
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection()
            try broker.acceptChannel()
            try broker.acceptMessage()
            arrived.withLock { $0 = true }
            try broker.expectEnd()
        }
        var limits = testLimits
        limits.shutdownTimeout = .milliseconds(100)
        limits.farewellTimeout = .milliseconds(100)
        try await withPublisher(broker.settings, limits: limits) { publisher in
            try await publisher.waitUntilConnected()
            async let outcome = publisher.publishOnLoop(message())
            try await eventually("the message") { arrived.withLock { $0 } }
            let began = ContinuousClock.now
            await publisher.shutdown()
            let took = ContinuousClock.now - began
            #expect(took >= .milliseconds(190) && took < .seconds(3))
            #expect(await outcome == .unavailable("shutting down"))
        }
        try await broker.finish()
    }

    @Test
    func `cancelling run is an orderly shutdown`() async throws {
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection()
            try broker.acceptChannel()
            try broker.acceptFarewell()
        }
        let publisher = AMQPPublisher(
            loop: testLoop, settings: broker.settings, limits: testLimits, logger: quietLogger)
        let running = Task { await publisher.run() }
        try await publisher.waitUntilConnected()
        running.cancel()
        await running.value
        #expect(publisher.status == .stopped)
        try await broker.finish()
    }

    @Test
    func `a shutdown cuts a pause, a connector that hangs and a handshake short`() async throws {
        var limits = testLimits
        limits.backoffMinimum = .seconds(60)
        limits.backoffMaximum = .seconds(60)
        let began = ContinuousClock.now
        var settings = Conversation.settings
        settings.endpoints = [BrokerEndpoint(host: "127.0.0.1", port: 1)]
        try await withPublisher(settings, limits: limits) { publisher in
            try await eventually("a failure") { "\(publisher.status)".contains("refused") }
        }
        // A connector that heeds neither its deadline nor its cancellation.
        let isAsked = Locked(false)
        let hanging: Connector = { _, _, _ in
            isAsked.withLock { $0 = true }
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                Task {
                    try? await Task.sleep(for: .seconds(1))
                    continuation.resume()
                }
            }
            throw PeerError(description: "late")
        }
        try await withPublisher(settings, limits: limits, connector: hanging) { _ in
            try await eventually("the connector") { isAsked.withLock { $0 } }
        }
        let arrived = Locked(false)
        let broker = try FakeBroker { broker, _ in
            _ = try broker.read(8)
            arrived.withLock { $0 = true }
            try broker.expectEnd()
        }
        try await withPublisher(broker.settings, limits: limits) { _ in
            try await eventually("the header") { arrived.withLock { $0 } }
        }
        try await broker.finish()
        #expect(ContinuousClock.now - began < .seconds(5))
    }
}
