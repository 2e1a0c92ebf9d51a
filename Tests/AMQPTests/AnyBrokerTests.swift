import EventLoop
import Testing

@testable import AMQP

/// Whatever a broker settles, closes, repeats or invents, and whenever: a state with an answer, and never a trap.
@Suite struct AnyBrokerTests {
    /// A word of the broker's: mostly one that fits what we are doing, sometimes any.
    private static func word(_ channelState: ChannelStateMachine.State, _ random: inout SeededGenerator) -> [UInt8] {
        let isAnything = Int.random(in: 0..<40, using: &random) == 0
        switch channelState {
        case .opening where !isAnything: return Recorded.channelOpenOK
        case .selectingConfirms where !isAnything: return Recorded.selectOK
        case .checkingExchange where !isAnything: return frame(ExchangeDeclareOK(), channel: 1)
        default: break
        }
        let channel: UInt16 = isAnything ? UInt16.random(in: 0...3, using: &random) : 1
        let tag: UInt64 =
            isAnything ? [9, 1 << 63, .max].randomElement(using: &random) ?? 0 : .random(in: 0...3, using: &random)
        let multiple = Bool.random(using: &random)
        let reasons = [
            CloseReason(code: 404, text: "NOT_FOUND - no exchange 'amq.topic'", method: BasicPublish.id),
            CloseReason(code: 403, text: "ACCESS_REFUSED - topic 'a.b'", method: BasicPublish.id),
            CloseReason(code: 406, text: "PRECONDITION_FAILED - message size 5 larger", method: BasicPublish.id),
            CloseReason(code: 0, text: "", method: BasicPublish.id), CloseReason(code: 320, text: "shutdown"),
        ]
        let reason = reasons[Int.random(in: 0..<reasons.count, using: &random)]
        return switch Int.random(in: 0..<(isAnything ? 16 : 12), using: &random) {
        case 0..<4: frame(BasicAck(deliveryTag: tag, multiple: multiple || tag == 0), channel: channel)
        case 4, 5: frame(BasicNack(deliveryTag: tag, multiple: multiple || tag == 0), channel: channel)
        case 6, 7: frame(ChannelClose(reason), channel: channel)
        case 8: frame(ChannelFlow(active: multiple), channel: channel)
        case 9: frame(ConnectionBlocked(reason: "memory"))
        case 10: frame(ConnectionUnblocked())
        case 11: heartbeatFrame
        case 12: frame(ChannelCloseOK(), channel: channel)
        case 13: frame(TxSelectOK(), channel: 2)
        case 14: frame(ConnectionCloseOK())
        default: frame(ConnectionClose(reason))
        }
    }

    private static func settings(asks: Bool, requires: Bool) -> ConnectionSettings {
        var settings = Conversation.settings
        if asks {
            settings.probeExchange = "amq.topic"
            settings.probeTopics = ["a.b", "c.d"]
        }
        if requires { settings.requiredExchange = "amq.topic" }
        return settings
    }

    /// Each message is settled once, whatever comes, and nothing is left behind.
    @Test func `every message is settled once`() {
        for seed in 0..<4000 {
            var random = SeededGenerator(seed: UInt64(seed))
            var limits = PublisherLimits()
            limits.windowMessages = 4
            let settings = Self.settings(asks: seed.isMultiple(of: 2), requires: seed.isMultiple(of: 3))
            let talk = SessionTalk(limits: limits, settings: settings)
            _ = talk.hear(Recorded.start + Recorded.tune + Recorded.openOK)
            var submitted = 0
            for step in 0..<40 {
                switch Int.random(in: 0..<10, using: &random) {
                case 0, 1, 2:
                    let hurries = Bool.random(using: &random)
                    submitted = talk.submit(message(5, key: "a.b"), within: hurries ? .seconds(1) : nil)
                case 3 where seed.isMultiple(of: 2) && step > 5:
                    _ = talk.session.close()
                case 4:
                    _ = talk.wait(.milliseconds(Int.random(in: 0..<2000, using: &random)))
                case 5:
                    talk.flush()
                case 6:
                    _ = talk.session.probe(
                        TopicProbe.Question(exchange: "amq.topic", routingKeys: ["a.b"], isAnyEnough: false))
                default:
                    _ = talk.hear(Self.word(talk.session.connection.channel.state, &random))
                }
                #expect(talk.session.window.unsettled <= limits.windowMessages, "\(seed)")
                #expect(talk.session.waiting == submitted - talk.told.count, "\(seed)")
            }
            talk.end("over")
            #expect(talk.told.count == submitted && talk.session.waiting == 0, "\(seed)")
            #expect(talk.session.window.bytes == 0 && talk.session.window.unsettled == 0, "\(seed)")
        }
    }

    /// The broker shuts down while we take our leave: it closes the channel that we are closing, then settles what it had.
    @Test(arguments: [false, true]) func `confirms behind an end that crossed ours`(goesOn: Bool) async throws {
        let arrived = Locked(false)
        let broker = try FakeBroker { broker, _ in
            try broker.acceptConnection()
            try broker.acceptChannel()
            try broker.acceptMessage()
            arrived.withLock { $0 = true }
            // Ours comes when our time is up.
            try broker.expect(ChannelClose.self)
            try broker.send(ChannelClose(CloseReason(code: 320, text: "CONNECTION_FORCED - shutdown")), channel: 1)
            try broker.send(BasicAck(deliveryTag: 1, multiple: false), channel: 1)
            if goesOn {
                try? broker.send(BasicNack(deliveryTag: 1, multiple: true), channel: 1)
                try? broker.send(ChannelCloseOK(), channel: 1)
                try? broker.send(ConnectionClose(CloseReason(code: 320, text: "CONNECTION_FORCED - shutdown")))
            }
            try broker.expectEnd()
        }
        var limits = testLimits
        limits.shutdownTimeout = .milliseconds(50)
        limits.farewellTimeout = .milliseconds(500)
        try await withPublisher(broker.settings, limits: limits) { publisher in
            try await publisher.waitUntilConnected()
            async let outcome = publisher.publishOnLoop(message())
            try await eventually("the message") { arrived.withLock { $0 } }
            await publisher.shutdown()
            // Whatever became of it, its sender is told, and it is no confirmation.
            guard case .unavailable = await outcome else {
                Issue.record("the message was not lost with the connection")
                return
            }
        }
        try await broker.finish()
    }
}
