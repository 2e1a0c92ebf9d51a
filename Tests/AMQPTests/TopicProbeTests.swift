import Testing

@testable import AMQP

/// Asking the broker what may be published, and what readiness makes of the answers.
@Suite("Topic probe")
struct TopicProbeTests {
    static let refused = CloseReason(
        code: 403, text: "ACCESS_REFUSED - access to topic 'a' in exchange 'amq.topic'", method: BasicPublish.id)
    static let asked = ["2:60.40", "2:header", "2:body(2)", "2:90.30"]

    static func said(_ method: some AMQPMethod) -> [UInt8] { frame(method, channel: 2) }
    static let opened = said(ChannelOpenOK()) + said(TxSelectOK())

    /// A session that asks for two topics.
    static func talk() -> SessionTalk {
        var settings = Conversation.settings
        settings.probeTopics = ["a", "b"]
        settings.heartbeat = 0
        return SessionTalk.open(settings: settings)
    }

    @Test
    func `nothing is ready before the broker has let something through, in a transaction that is rolled back`() throws {
        let talk = Self.talk()
        #expect(talk.status == .doubtful(reason: "what may be published is not known yet"))
        // Messages do not wait for that.
        talk.submit()
        #expect(talk.told.isEmpty)
        _ = try talk.said()
        _ = talk.hear(Self.said(ChannelOpenOK()))
        #expect(try talk.said() == ["2:90.10"])
        _ = talk.hear(Self.said(TxSelectOK()))
        #expect(try talk.said() == Self.asked)
        _ = talk.hear(Self.said(TxRollbackOK()))
        #expect(try talk.said() == ["2:20.40"])
        let verdict = TopicProbe.Verdict(routingKey: "a", refusal: nil)
        #expect(talk.hear(Self.said(ChannelCloseOK())) == [.probed([verdict])])
        #expect(talk.status == .connected)
    }

    @Test
    func `a confirm is proof, too`() {
        let talk = Self.talk()
        talk.submit()
        _ = talk.hear(ack(1))
        #expect(talk.status == .connected)
    }

    @Test
    func `while all is refused it is asked again and again, and not ready`() throws {
        let talk = Self.talk()
        talk.flush()
        _ = talk.hear(Self.opened + Self.said(ChannelClose(Self.refused)))
        // The other topic has a channel of its own.
        _ = try talk.said()
        _ = talk.hear(Self.opened)
        _ = try talk.said()
        let actions = talk.hear(Self.said(ChannelClose(Self.refused)))
        #expect(actions == [.probed(["a", "b"].map { TopicProbe.Verdict(routingKey: $0, refusal: Self.refused) })])
        #expect(talk.status == .doubtful(reason: "\(Self.refused)"))
        #expect(try talk.said() == ["2:20.41"])
        #expect(talk.deadline == talk.now + .seconds(5))
        _ = talk.wait(.seconds(5))
        #expect(try talk.said() == ["2:20.10"])
        _ = talk.hear(Self.opened + Self.said(TxRollbackOK()) + Self.said(ChannelCloseOK()))
        #expect(talk.status == .connected)
        #expect(talk.deadline == talk.now + .seconds(15), "asked again, should nothing come")
    }

    @Test
    func `while nothing gets through a topic's refusal is not its sender's trouble, and is forgotten along with that`()
        throws
    {
        let talk = Self.talk()
        _ = talk.hear(Self.opened + Self.said(ChannelClose(Self.refused)))
        _ = talk.hear(Self.opened + Self.said(ChannelClose(Self.refused)))
        talk.flush()
        let number = talk.submit(message(key: "bad"))
        talk.flush()
        _ = talk.hear(RefusalTests.topic + RefusalTests.reopened)
        #expect(talk.told[number] == .refused(code: 403, text: RefusalTests.topicText))
        let again = talk.submit(message(key: "bad"))
        #expect(talk.told[again] == .refused(code: 403, text: RefusalTests.topicText))
        _ = talk.wait(.seconds(5))
        _ = talk.hear(Self.opened + Self.said(TxRollbackOK()) + Self.said(ChannelCloseOK()))
        #expect(talk.status == .connected)
        talk.flush()
        let third = talk.submit(message(key: "bad"))
        #expect(talk.told[third] == nil)
        #expect(try talk.said() == RefusalTests.publish)
    }

    @Test
    func `where the exchange is gone, one answer is enough`() {
        let talk = Self.talk()
        let gone = CloseReason(code: 404, text: "NOT_FOUND - no exchange 'x' in vhost '/'", method: BasicPublish.id)
        let actions = talk.hear(Self.opened + Self.said(ChannelClose(gone)))
        #expect(actions.last == .probed([TopicProbe.Verdict(routingKey: "a", refusal: gone)]))
        #expect(talk.status == .doubtful(reason: "\(gone)"))
    }

    @Test
    func `a refused topic is no reason for doubt as long as another one passes`() throws {
        let talk = Self.talk()
        _ = talk.hear(Self.opened + Self.said(TxRollbackOK()) + Self.said(ChannelCloseOK()))
        talk.flush()
        talk.submit(message(key: "bad"))
        talk.flush()
        _ = talk.hear(RefusalTests.topic + RefusalTests.reopened)
        #expect(talk.status == .connected)
        // Asked at once, but not twice in a second.
        #expect(talk.deadline == talk.now + .seconds(1))
        _ = talk.wait(.seconds(1))
        talk.flush()
        _ = talk.hear(Self.opened + Self.said(ChannelClose(Self.refused)))
        _ = talk.hear(Self.opened + Self.said(ChannelClose(Self.refused)))
        #expect(talk.status == .doubtful(reason: "\(Self.refused)"))
    }

    @Test
    func `after the broker has blocked, nothing is certain until it has answered`() {
        let talk = Self.talk()
        _ = talk.hear(Self.opened + Self.said(TxRollbackOK()) + Self.said(ChannelCloseOK()))
        _ = talk.hear(frame(ConnectionBlocked(reason: "low on memory")))
        #expect(talk.status == .blocked(reason: "low on memory"))
        _ = talk.hear(frame(ConnectionUnblocked()))
        #expect(talk.status == .doubtful(reason: "nothing was confirmed since the broker blocked"))
        _ = talk.wait(.seconds(1))
        _ = talk.hear(Self.opened + Self.said(TxRollbackOK()) + Self.said(ChannelCloseOK()))
        #expect(talk.status == .connected)
    }

    @Test
    func `while nothing is published the broker is asked now and then, and there is no doubt meanwhile`() throws {
        let talk = Self.talk()
        let good = Self.opened + Self.said(TxRollbackOK()) + Self.said(ChannelCloseOK())
        _ = talk.hear(good)
        talk.flush()
        _ = talk.wait(.seconds(14))
        #expect(try talk.said() == [])
        // A confirm is as good as an answer; what is in flight will bring one.
        talk.submit()
        _ = talk.hear(ack(1))
        #expect(talk.deadline == talk.now + .seconds(15))
        _ = try talk.said()
        talk.submit()
        _ = try talk.said()
        _ = talk.wait(.seconds(4))
        _ = talk.hear(ack(2))
        _ = talk.wait(.seconds(15))
        #expect(try talk.said() == ["2:20.10"])
        #expect(talk.status == .connected)
        _ = talk.hear(good)
        #expect(talk.status == .connected)
        talk.flush()
        _ = talk.wait(.seconds(15))
        talk.flush()
        _ = talk.hear(Self.opened + Self.said(ChannelClose(Self.refused)))
        _ = talk.hear(Self.opened + Self.said(ChannelClose(Self.refused)))
        #expect(talk.status == .doubtful(reason: "\(Self.refused)"))
    }

    @Test
    func `an alarm that the broker tells of only when something is published`() {
        let talk = Self.talk()
        _ = talk.hear(Self.opened + Self.said(TxRollbackOK()) + Self.said(ChannelCloseOK()))
        _ = talk.wait(.seconds(15))
        _ = talk.hear(Self.opened + frame(ConnectionBlocked(reason: "low on memory")))
        #expect(talk.status == .blocked(reason: "low on memory"))
        #expect(talk.deadline == nil)
        _ = talk.hear(frame(ConnectionUnblocked()))
        #expect(!talk.status.isReady)
        _ = talk.hear(Self.said(TxRollbackOK()) + Self.said(ChannelCloseOK()))
        #expect(talk.status == .connected)
    }

    @Test
    func `where only one channel was agreed on, nothing is asked, and there is no doubt`() throws {
        var settings = Conversation.settings
        settings.probeTopics = ["a"]
        settings.heartbeat = 0
        settings.channelMax = 1
        let talk = SessionTalk.open(settings: settings)
        #expect(talk.status == .connected)
        #expect(talk.deadline == nil)
        _ = talk.hear(frame(ConnectionBlocked(reason: "low on memory")) + frame(ConnectionUnblocked()))
        #expect(talk.status == .connected)
        talk.submit(message(exchange: "missing"))
        _ = talk.hear(Recorded.missingExchange + RefusalTests.reopened)
        #expect(!talk.status.isReady)
        talk.submit()
        _ = talk.hear(ack(1))
        #expect(talk.status == .connected)
    }

    @Test(arguments: [530, 504] as [UInt16])
    func `a broker that ends the connection for the second channel is not asked again`(_ code: UInt16) throws {
        var settings = Conversation.settings
        settings.probeTopics = ["a"]
        let memory = BrokerMemory()
        let reason = CloseReason(code: code, text: "number of channels opened for user 'w2f' has reached the maximum")
        for round in 0..<2 {
            let talk = SessionTalk.open(settings: settings, memory: memory)
            #expect(talk.isSecondChannelRefused(reason) == (round == 0))
            #expect(talk.status.isReady == (round == 1))
            if round == 0 { #expect(memory.rememberRefusedProbe()) }
            _ = talk.hear(Self.said(ChannelOpenOK()))
            // The channel was opened: it is about something else.
            #expect(!talk.isSecondChannelRefused(reason))
        }
    }

    @Test
    func `what somebody else asks is not asked again by a session that asks nothing itself`() {
        var settings = Conversation.settings
        settings.heartbeat = 0
        let talk = SessionTalk.open(settings: settings)
        let isAsked = talk.session.probe(
            TopicProbe.Question(exchange: "amq.topic", routingKeys: ["a"], isAnyEnough: false))
        #expect(isAsked)
        _ = talk.hear(Self.opened + Self.said(ChannelClose(Self.refused)))
        #expect(!talk.status.isReady)
        #expect(talk.deadline == nil)
    }

    @Test
    func `what nobody asked for breaks the protocol`() {
        let talk = SessionTalk.open()
        guard case .failed(.unexpectedFrame) = talk.hear(Self.said(TxRollbackOK())).last else {
            Issue.record("taken")
            return
        }
    }

    @Test
    func `a message that no queue takes is told, and confirmed all the same`() throws {
        var settings = Conversation.settings
        settings.mandatory = true
        let talk = SessionTalk.open(settings: settings)
        talk.submit(message(key: "a.b"))
        let publish = try MethodFrame(try #require(try frames(in: talk.pending).first)).decode(BasicPublish.self)
        #expect(publish.mandatory)
        let header = ContentHeader(bodySize: 5, properties: BasicProperties())
        var payload = OutputBuffer()
        try header.encode(into: &payload)
        let content =
            frame(.header, channel: 1, payload: payload.bytes) + frame(.body, channel: 1, payload: [1, 2, 3, 4, 5])
        let back = BasicReturn(code: 312, text: "NO_ROUTE", exchange: "amq.topic", routingKey: "a.b")
        let actions = talk.hear(frame(back, channel: 1) + content + ack(1))
        #expect(actions.first == .returned(routingKey: "a.b"))
        #expect(talk.told == [1: .confirmed])
    }
}
