import Testing

@testable import AMQP

/// `passive_declares`: the exchange is asked for when the channel opens.
@Suite("Required exchange")
struct RequiredExchangeTests {
    static let settings: ConnectionSettings = {
        var settings = Conversation.settings
        settings.requiredExchange = "amq.topic"
        return settings
    }()

    /// A conversation in which the question was asked, and not answered.
    func asked(_ settings: ConnectionSettings = Self.settings) throws -> Conversation {
        var talk = Conversation(settings)
        talk.machine.start(output: &talk.output)
        _ = talk.takeOutput()
        _ = try talk.hear(Recorded.start + Recorded.tune + Recorded.openOK + Recorded.channelOpenOK)
        return talk
    }

    @Test
    func `it is asked for passively before confirms are selected`() throws {
        var talk = try asked()
        let said = try frames(in: talk.takeOutput())
        let question = try MethodFrame(try #require(said.last)).decode(ExchangeDeclare.self)
        #expect(question.exchange == "amq.topic")
        // Reserved, the name, a type that nobody looks at, "passive" alone of the bits, no arguments.
        let payload: [UInt8] = [0, 40, 0, 10, 0, 0, 9] + Array("amq.topic".utf8) + [5] + Array("topic".utf8)
        #expect(Array(try #require(said.last).payload) == payload + [1, 0, 0, 0, 0])
        #expect(!talk.machine.canPublish)
        #expect(try talk.hear(frame(ExchangeDeclareOK(), channel: 1)) == [.none])
        #expect(try talk.said() == ["1:85.10"])
        #expect(try talk.hear(Recorded.selectOK) == [.ready])
    }

    @Test
    func `one that is missing or refused ends the connection, and says so`() throws {
        var talk = try asked()
        let reason = CloseReason(
            code: 404, text: "NOT_FOUND - no exchange 'amq.topic' in vhost '/pubsub'", method: ExchangeDeclare.id)
        let failure = ConnectionFailure.exchangeRefused("amq.topic", reason)
        #expect(try talk.hear(frame(ChannelClose(reason), channel: 1)) == [.failed(failure)])
        #expect("\(failure)".contains("the exchange amq.topic can't be published to: 404 NOT_FOUND"))
    }

    @Test
    func `a channel that is opened again asks again`() throws {
        var talk = try asked()
        _ = try talk.hear(frame(ExchangeDeclareOK(), channel: 1) + Recorded.selectOK)
        _ = talk.takeOutput()
        let reason = CloseReason(code: 403, text: "ACCESS_REFUSED", method: BasicPublish.id)
        _ = try talk.hear(frame(ChannelClose(reason), channel: 1) + Recorded.channelOpenOK)
        #expect(try talk.said() == ["1:20.41", "1:20.10", "1:40.10"])
    }

    @Test
    func `without it, nothing is declared`() throws {
        var talk = try asked(Conversation.settings)
        #expect(try talk.said().contains("1:40.10") == false)
    }

    @Test
    func `a name that does not fit is a matter of the settings`() throws {
        var settings = Self.settings
        settings.requiredExchange = String(repeating: "x", count: 256)
        var talk = Conversation(settings)
        talk.machine.start(output: &talk.output)
        let actions = try talk.hear(Recorded.start + Recorded.tune + Recorded.openOK + Recorded.channelOpenOK)
        #expect(actions.last == .failed(.settings("the exchange's name is over 255 bytes")))
    }
}
