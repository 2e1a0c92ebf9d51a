import Testing

@testable import AMQP

/// The broker closes the channel because of one message: transcripts of what becomes of the others.
@Suite("Refusals")
struct RefusalTests {
    static let topicText =
        "ACCESS_REFUSED - access to topic 'bad' in exchange 'amq.topic' in vhost '/' refused for user 'w2f'"
    static let topic = closed(403, topicText)
    static let size = closed(
        406, "PRECONDITION_FAILED - message size 2000 larger than configured max size 1000")
    static let unclear = closed(403, "ACCESS_REFUSED")
    static let reopened = Recorded.channelOpenOK + Recorded.selectOK

    static func closed(_ code: UInt16, _ text: String, by method: MethodID = BasicPublish.id) -> [UInt8] {
        frame(ChannelClose(CloseReason(code: code, text: text, method: method)), channel: 1)
    }

    @Test
    func `a named topic is its own sender's; all else goes out again, in order, and once`() throws {
        let talk = SessionTalk.open()
        for key in ["a", "bad", "b", "bad", "c"] { talk.submit(message(key: key)) }
        _ = talk.hear(ack(1))
        talk.flush()
        _ = talk.hear(Self.topic)
        #expect(
            talk.told == [
                1: .confirmed, 2: .topicRefused(text: Self.topicText), 4: .topicRefused(text: Self.topicText),
            ])
        #expect(try talk.said() == ["1:20.41", "1:20.10"])
        #expect(talk.hear(Self.reopened).last == .ready)
        #expect(try talk.said() == ["1:85.10"] + Self.publish + Self.publish)
        _ = talk.hear(ack(2, multiple: true))
        #expect(talk.told[3] == .confirmed && talk.told[5] == .confirmed)
        #expect(talk.session.waiting == 0)
    }

    static let publish = ["1:60.40", "1:header", "1:body(5)"]

    @Test
    func `a refused topic is not sent again for a minute, and then it is`() throws {
        let talk = SessionTalk.open()
        talk.submit(message(key: "bad"))
        _ = talk.hear(Self.topic + Self.reopened)
        _ = try talk.said()
        _ = talk.wait(.seconds(29))
        _ = talk.hear(heartbeatFrame)
        _ = talk.wait(.seconds(30))
        _ = try talk.said()
        talk.submit(message(key: "bad"))
        #expect(talk.told[2] == .topicRefused(text: Self.topicText))
        #expect(try talk.said() == [])
        talk.submit(message(key: "good"))
        _ = talk.hear(ack(1))
        #expect(talk.told[3] == .confirmed)
        _ = talk.wait(.seconds(2))
        _ = try talk.said()
        talk.submit(message(key: "bad"))
        #expect(talk.told[4] == nil)
        #expect(try talk.said() == Self.publish)
    }

    @Test
    func `a body above the broker's limit: so are all above it, and none below`() {
        let talk = SessionTalk.open()
        for size in [10, 2000, 1000, 1001] { talk.submit(message(size)) }
        _ = talk.hear(Self.size)
        #expect(talk.told == [2: .tooLarge(limit: 1000), 4: .tooLarge(limit: 1000)])
        _ = talk.hear(Self.reopened + ack(2, multiple: true))
        #expect(talk.told[1] == .confirmed && talk.told[3] == .confirmed)
        talk.submit(message(5000))
        #expect(talk.told[5] == .tooLarge(limit: 1000))
    }

    @Test
    func `what nobody is named for goes out one by one, until whichever is alone is the one`() throws {
        let talk = SessionTalk.open()
        for _ in 0..<3 { talk.submit() }
        talk.flush()
        _ = talk.hear(Self.unclear)
        #expect(talk.told.isEmpty)
        // What comes meanwhile waits behind them.
        talk.submit()
        _ = try talk.said()
        _ = talk.hear(Self.reopened)
        #expect(try talk.said() == ["1:85.10"] + Self.publish)
        _ = talk.hear(ack(1))
        #expect(talk.told == [1: .confirmed])
        #expect(try talk.said() == Self.publish)
        _ = talk.hear(Self.unclear)
        #expect(talk.told[2] == .refused(code: 403, text: "ACCESS_REFUSED"))
        _ = try talk.said()
        _ = talk.hear(Self.reopened)
        #expect(try talk.said() == ["1:85.10"] + Self.publish)
        _ = talk.hear(ack(1))
        #expect(talk.told[3] == .confirmed)
        #expect(try talk.said() == Self.publish)
        _ = talk.hear(ack(2))
        #expect(talk.told[4] == .confirmed)
    }

    @Test
    func `several culprits, each of another kind, in one flight`() {
        let talk = SessionTalk.open()
        talk.submit(message(key: "bad"))
        talk.submit(message(2000))
        talk.submit()
        _ = talk.hear(Self.topic + Self.reopened + Self.size + Self.reopened + ack(1))
        #expect(
            talk.told == [1: .topicRefused(text: Self.topicText), 2: .tooLarge(limit: 1000), 3: .confirmed])
    }

    @Test
    func `a missing exchange refuses what is for it, and nothing of that is remembered`() throws {
        let talk = SessionTalk.open()
        let text = "NOT_FOUND - no exchange 'missing' in vhost '/pubsub'"
        talk.submit(message(exchange: "missing"))
        talk.submit()
        _ = talk.hear(Recorded.missingExchange)
        #expect(talk.told == [1: .refused(code: 404, text: text)])
        #expect(talk.status == .doubtful(reason: "404 \(text)"))
        _ = talk.hear(Self.reopened + ack(1))
        #expect(talk.told[2] == .confirmed)
        #expect(talk.status == .connected)
        talk.submit(message(exchange: "missing"))
        #expect(talk.told[3] == nil)
    }

    @Test
    func `what waits for the channel has its own time, and its sender's`() {
        let talk = SessionTalk.open()
        talk.submit()
        talk.submit(within: .seconds(1))
        talk.submit(message(key: "bad"))
        _ = talk.hear(Self.topic)
        #expect(talk.deadline == talk.now + .seconds(1))
        _ = talk.wait(.seconds(1))
        #expect(talk.told[2] == .timedOut && talk.told[1] == nil)
        _ = talk.wait(.seconds(4))
        #expect(talk.told[1] == .timedOut)
        // The broker has not confirmed too late: it had nothing to confirm.
        #expect(talk.status == .connected)
        #expect(talk.session.waiting == 0)
    }

    @Test
    func `a message whose time was up before is not sent again, and may be the culprit`() throws {
        let talk = SessionTalk.open()
        talk.submit()
        _ = talk.wait(.seconds(3))
        talk.submit()
        _ = talk.wait(.seconds(2))
        #expect(talk.told == [1: .timedOut])
        talk.flush()
        _ = talk.hear(Self.unclear)
        #expect(talk.suspectSince == nil)
        _ = try talk.said()
        _ = talk.hear(Self.reopened)
        #expect(try talk.said() == ["1:85.10"] + Self.publish)
        _ = talk.hear(ack(1))
        #expect(talk.told[2] == .confirmed)
    }

    @Test
    func `a close for another reason than a publish accuses nobody, and not for ever`() {
        let talk = SessionTalk.open()
        talk.submit()
        let closed = Self.closed(406, "PRECONDITION_FAILED", by: MethodID(85, 10))
        for _ in 0..<2 {
            _ = talk.hear(closed + Self.reopened)
            #expect(talk.told.isEmpty)
        }
        _ = talk.hear(closed)
        #expect(talk.told == [1: .channelClosed(code: 406, text: "PRECONDITION_FAILED")])
    }

    @Test
    func `what waits is bounded like what is in flight`() {
        let talk = SessionTalk.open(limits: PublisherLimits(windowMessages: 3, windowBytes: 100))
        talk.submit(message(40))
        talk.submit(message(key: "bad"))
        _ = talk.hear(Self.topic)
        talk.submit(message(61))
        #expect(talk.told[3] == .windowFull)
        talk.submit(message(10))
        talk.submit(message(10))
        talk.submit(message(10))
        #expect(talk.told[6] == .windowFull)
        talk.end("connection lost")
        #expect(talk.told[1] == .unavailable("connection lost") && talk.told[5] == .unavailable("connection lost"))
        #expect(talk.session.waiting == 0)
    }

    @Test
    func `a thousand good ones while one sender repeats the refused one`() throws {
        let talk = SessionTalk.open()
        var good: [Int] = []
        var closes = 0
        var tag: UInt64 = 0
        for round in 0..<100 {
            for _ in 0..<10 { good.append(talk.submit(message(key: "good.\(round)"))) }
            talk.submit(message(key: "bad"))
            // What a broker does: confirms until the refused one, and throws away what follows.
            let sent = try frames(in: talk.session.output.pending).filter { $0.kind == .method }.map {
                try MethodFrame($0)
            }
            talk.flush()
            for method in sent where method.id == BasicPublish.id {
                if try method.decode(BasicPublish.self).routingKey == "bad" {
                    closes += 1
                    tag = 0
                    _ = talk.hear(Self.topic + Self.reopened)
                    break
                }
                tag += 1
            }
            if tag > 0 { _ = talk.hear(ack(tag, multiple: true)) }
        }
        let rest = try frames(in: talk.session.output.pending).filter { $0.kind == .header }.count
        _ = talk.hear(ack(UInt64(rest), multiple: true))
        #expect(closes == 1)
        #expect(good.count { talk.told[$0] == .confirmed } == 1000)
        #expect(talk.told.values.count { $0 == .topicRefused(text: Self.topicText) } == 100)
    }

    @Test(
        arguments: [
            (403, topicText, .topic("bad", isCut: false)),
            (
                403,
                "ACCESS_REFUSED - write access to topic 'a.b' in exchange 'amq.topic' in vhost '/' refused for user 'u'",
                .topic("a.b", isCut: false)
            ),
            (403, "ACCESS_REFUSED - access to topic 'long.long...", .topic("long.long", isCut: true)),
            (
                403, "ACCESS_REFUSED - access to exchange 'amq.topic' in vhost '/' refused for user 'u'",
                .exchange("amq.topic")
            ),
            (403, "ACCESS_REFUSED - cannot publish to internal exchange 'x' in vhost '/'", .exchange("x")),
            (404, "NOT_FOUND - no exchange 'x' in vhost '/'", .exchange("x")),
            (406, "PRECONDITION_FAILED - message size 17 larger than max size 16", .size(limit: 16)),
            (406, "PRECONDITION_FAILED - message size 17 is larger than configured max size 16", .size(limit: 16)),
            (406, "PRECONDITION_FAILED - message size 17", .unnamed),
            (406, "PRECONDITION_FAILED - message size 1 of 99999999999999999999999", .unnamed),
            (403, "ACCESS_REFUSED - access to topic '", .unnamed),
            (404, "access to topic 'x'", .unnamed), (403, "", .unnamed),
        ] as [(UInt16, String, Refusal)])
    func `the broker's words`(_ code: UInt16, _ text: String, _ refusal: Refusal) {
        #expect(Refusal(CloseReason(code: code, text: text, method: BasicPublish.id)) == refusal)
    }

    @Test
    func `so many topics are remembered and no more`() {
        var memory = RefusalMemory()
        let minute = Duration.seconds(60)
        let now = ContinuousClock.now
        for index in 0..<(RefusalMemory.maximumTopics + 10) {
            memory.remember(.topic("t.\(index)", isCut: false), text: "", for: minute, now: now + .milliseconds(index))
        }
        #expect(memory.outcome(of: message(key: "t.9"), now: now) == nil)
        #expect(memory.outcome(of: message(key: "t.10"), now: now) == .topicRefused(text: ""))
        #expect(memory.outcome(of: message(key: "t.1033"), now: now) == .topicRefused(text: ""))
        memory.remember(.topic("long", isCut: true), text: "", for: minute, now: now)
        #expect(memory.outcome(of: message(key: "longer"), now: now) == .topicRefused(text: ""))
        #expect(memory.outcome(of: message(key: "longer"), now: now + .seconds(61)) == nil)
    }

    @Test
    func `what one publisher was refused, the others do not send, nor itself on its next connection`() throws {
        let memory = BrokerMemory()
        let first = SessionTalk.open(memory: memory)
        let second = SessionTalk.open(memory: memory)
        #expect(memory.isEmpty)
        first.submit(message(key: "bad"))
        _ = first.hear(Self.topic + Self.reopened)
        #expect(!memory.isEmpty)
        second.now = first.now
        for talk in [second, SessionTalk.open(memory: memory)] {
            let number = talk.submit(message(key: "bad"))
            #expect(talk.told[number] == .topicRefused(text: Self.topicText))
            #expect(try talk.said() == [])
            talk.submit(message(key: "good"))
            #expect(try talk.said() == Self.publish)
        }
        // Once its time is up there is nothing to look at any more.
        second.now += .seconds(61)
        second.submit(message(key: "bad"))
        #expect(memory.isEmpty)
        #expect(try second.said() == Self.publish)
    }

    @Test
    func `a line of a kind a minute, whoever writes it`() {
        let memory = BrokerMemory()
        let now = ContinuousClock.now
        #expect(memory.pass(.refusal, now: now) == 0)
        #expect(memory.pass(.refusal, now: now + .seconds(59)) == nil)
        #expect(memory.pass(.hopeless, now: now) == 0)
        #expect(memory.pass(.returned, now: now) == 0)
        #expect(memory.pass(.refusal, now: now + .seconds(60)) == 1)
        #expect(memory.rememberRefusedProbe())
        #expect(!memory.rememberRefusedProbe())
    }
}
