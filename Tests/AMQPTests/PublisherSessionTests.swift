import Testing

@testable import AMQP

/// A session with numbers for waiters, and what each was told.
final class SessionTalk {
    var session: PublisherSession<Int>
    var now = ContinuousClock.now
    var told: [Int: PublishOutcome] = [:]
    private var next = 1

    // What tests look at: the session itself is not copied, and so not handed to them.
    var status: PublisherStatus { session.status }
    var deadline: ContinuousClock.Instant? { session.deadline }
    var pending: ArraySlice<UInt8> { session.output.pending }
    var suspectSince: ContinuousClock.Instant? { session.suspectSince }
    var hasConfirmed: Bool { session.hasConfirmed }

    func isSecondChannelRefused(_ reason: CloseReason) -> Bool { session.isSecondChannelRefused(reason) }

    init(
        limits: PublisherLimits = PublisherLimits(), settings: ConnectionSettings = Conversation.settings,
        memory: BrokerMemory = BrokerMemory()
    ) {
        session = PublisherSession(settings: settings, limits: limits, memory: memory, now: now)
        session.start()
    }

    static func open(
        limits: PublisherLimits = PublisherLimits(), settings: ConnectionSettings = Conversation.settings,
        memory: BrokerMemory = BrokerMemory()
    ) -> SessionTalk {
        let talk = SessionTalk(limits: limits, settings: settings, memory: memory)
        #expect(talk.hear(Recorded.handshake).last == .ready)
        talk.flush()
        return talk
    }

    func hear(_ bytes: [UInt8]) -> [ConnectionAction] {
        session.received(now: now)
        var input = bytes[...]
        var actions: [ConnectionAction] = []
        while let action = session.receive(&input, now: now, settle: { self.tell($0, $1) }) {
            actions.append(action)
        }
        return actions
    }

    /// Submits a message; its number is told right away if the outcome is certain.
    @discardableResult
    func submit(_ message: OutgoingMessage = message(), within: Duration? = nil) -> Int {
        let waiter = next
        next += 1
        if let outcome = session.submit(message, waiter: waiter, deadline: within.map { now + $0 }, now: now) {
            told[waiter] = outcome
        }
        return waiter
    }

    /// What was said since the last time, in short.
    func said() throws -> [String] {
        let text = try summary(of: session.output.pending)
        flush()
        return text
    }

    func flush() {
        session.sent(session.output.pendingCount, now: now)
    }

    func wait(_ duration: Duration) -> ConnectionAction {
        now += duration
        return session.tick(now: now) { self.tell($0, $1) }
    }

    func end(_ reason: String) {
        session.end(reason) { self.tell($0, $1) }
    }

    private func tell(_ waiter: Int, _ outcome: PublishOutcome) {
        #expect(told[waiter] == nil, "told twice")
        told[waiter] = outcome
    }
}

func ack(_ tag: UInt64, multiple: Bool = false) -> [UInt8] {
    frame(BasicAck(deliveryTag: tag, multiple: multiple), channel: 1)
}

@Suite("Publisher session")
struct PublisherSessionTests {
    let missing = PublishOutcome.refused(code: 404, text: "NOT_FOUND - no exchange 'missing' in vhost '/pubsub'")

    @Test
    func `confirms of any number, at any point of a channel's life, are refused or ignored`() throws {
        let tags: [UInt64] = [0, 1, 2, 3, 1 << 63 - 1, 1 << 63, .max - 1, .max]
        for tag in tags {
            for multiple in [false, true] {
                for confirm in [
                    ack(tag, multiple: multiple), frame(BasicNack(deliveryTag: tag, multiple: multiple), channel: 1),
                ] {
                    // Nothing sent, two sent, and the channel closed by the broker while we were closing it.
                    for stage in 0..<3 {
                        let talk = SessionTalk.open()
                        if stage > 0 {
                            talk.submit()
                            talk.submit()
                        }
                        if stage == 2 {
                            let awaitsAnswer = talk.session.close()
                            #expect(awaitsAnswer)
                            _ = talk.hear(Recorded.missingExchange)
                        }
                        _ = talk.hear(confirm)
                        talk.end("over")
                    }
                }
            }
        }
    }

    @Test
    func `nothing is published before the channel is open`() {
        let talk = SessionTalk()
        talk.submit()
        #expect(talk.told[1] == .unavailable("the channel is not open"))
        #expect(talk.status == .connecting(lastError: nil))
    }

    @Test
    func `pipelined publishes are confirmed and nacked, each by its own`() {
        let talk = SessionTalk.open()
        #expect(talk.status == .connected)
        for _ in 0..<4 { talk.submit() }
        #expect(talk.told.isEmpty)
        _ = talk.hear(ack(2, multiple: true) + frame(BasicNack(deliveryTag: 3, multiple: false), channel: 1))
        #expect(talk.told == [1: .confirmed, 2: .confirmed, 3: .nacked])
        _ = talk.hear(ack(4))
        #expect(talk.told[4] == .confirmed)
        #expect(talk.hasConfirmed)
    }

    @Test
    func `a broker that blocks for longer than the limit is left, and not before`() {
        var settings = Conversation.settings
        settings.blockedTimeout = .seconds(20)
        settings.heartbeat = 0
        let talk = SessionTalk.open(settings: settings)
        let blocked = frame(ConnectionBlocked(reason: "low on memory"))
        #expect(talk.hear(blocked) == [.blocked(reason: "low on memory")])
        #expect(talk.deadline == talk.now + .seconds(20))
        #expect(talk.wait(.seconds(15)) == .none)
        // Said again, it counts from the first time.
        _ = talk.hear(blocked)
        #expect(talk.hear(frame(ConnectionUnblocked())) == [.unblocked])
        #expect(talk.deadline == nil)
        _ = talk.hear(blocked)
        #expect(talk.wait(.seconds(19)) == .none)
        _ = talk.hear(blocked)
        #expect(talk.wait(.seconds(1)) == .failed(.blockedTooLong("low on memory")))
    }

    @Test
    func `a channel closed under one message in flight names the culprit; the channel comes again`() {
        let talk = SessionTalk.open()
        talk.submit()
        _ = talk.hear(ack(1))
        talk.submit(message(exchange: "missing"))
        _ = talk.hear(Recorded.missingExchange)
        #expect(talk.told[2] == missing)
        // What comes meanwhile waits for it.
        talk.submit()
        #expect(talk.told[3] == nil)
        #expect(talk.hear(Recorded.channelOpenOK + Recorded.selectOK).last == .ready)
        talk.submit()
        _ = talk.hear(ack(2, multiple: true))
        #expect(talk.told[3] == .confirmed && talk.told[4] == .confirmed)
    }

    @Test
    func `the window is bounded in messages, bytes and output`() {
        let talk = SessionTalk.open(limits: PublisherLimits(windowMessages: 2))
        for _ in 0..<3 { talk.submit() }
        #expect(talk.told == [3: .windowFull])
        _ = talk.hear(ack(1))
        talk.submit()
        #expect(talk.told[4] == nil)

        let bytes = SessionTalk.open(limits: PublisherLimits(windowBytes: 1000))
        bytes.submit(message(900))
        bytes.submit(message(101))
        bytes.submit(message(100))
        #expect(bytes.told == [2: .windowFull])

        let output = SessionTalk.open(limits: PublisherLimits(outputBufferBytes: 1000))
        output.submit(message(2000))
        output.submit(message(10))
        #expect(output.told == [2: .windowFull])
        output.flush()
        output.submit(message(10))
        #expect(output.told[3] == nil)
    }

    @Test
    func `a message that cannot be encoded harms no other`() {
        let talk = SessionTalk.open()
        talk.submit(message(key: String(repeating: "k", count: 256)))
        #expect(talk.told[1] == .invalid(.shortStringTooLong(bytes: 256)))
        talk.submit()
        _ = talk.hear(ack(1))
        #expect(talk.told[2] == .confirmed)
    }

    @Test
    func `after the first time-out nobody waits any more, until a confirm comes`() {
        let talk = SessionTalk.open()
        talk.submit()
        talk.now += .seconds(1)
        talk.submit()
        #expect(talk.deadline == talk.now + .seconds(4))
        #expect(talk.wait(.seconds(4)) == .none)
        #expect(talk.told == [1: .timedOut])
        #expect(talk.status == .suspect)
        talk.submit()
        #expect(talk.told[3] == .unavailable("the broker is not confirming"))
        // The other has its own time.
        #expect(talk.told[2] == nil)
        #expect(talk.wait(.seconds(1)) == .none)
        #expect(talk.told[2] == .timedOut)
        _ = talk.hear(ack(1))
        #expect(talk.status == .connected)
        talk.submit()
        _ = talk.hear(ack(3, multiple: true))
        #expect(talk.told[4] == .confirmed)
    }

    @Test
    func `a connection that stays suspect is given up`() {
        let talk = SessionTalk.open()
        talk.submit()
        _ = talk.wait(.seconds(5))
        _ = talk.hear(heartbeatFrame)
        #expect(talk.deadline == talk.now + .seconds(25))
        #expect(talk.wait(.seconds(25)) == .none)
        #expect(talk.wait(.seconds(5)) == .failed(.noConfirms))
    }

    @Test
    func `a blocked broker is not left, and what comes does not wait for it`() {
        let talk = SessionTalk.open()
        talk.submit()
        _ = talk.hear(frame(ConnectionBlocked(reason: "low on memory")))
        #expect(talk.status == .blocked(reason: "low on memory"))
        talk.submit()
        #expect(talk.told == [2: .unavailable("blocked by the broker: low on memory")])
        #expect(talk.wait(.seconds(5)) == .none)
        #expect(talk.told[1] == .timedOut)
        for _ in 0..<4 {
            _ = talk.hear(heartbeatFrame)
            #expect(talk.wait(.seconds(30)) == .none)
        }
        // From here on its time runs.
        _ = talk.hear(frame(ConnectionUnblocked()))
        #expect(talk.status == .suspect)
        #expect(talk.wait(.seconds(29)) == .none)
        _ = talk.hear(ack(1))
        #expect(talk.status == .connected)
    }

    @Test
    func `a paused channel says so`() {
        let talk = SessionTalk.open()
        _ = talk.hear(frame(ChannelFlow(active: false), channel: 1))
        talk.submit()
        #expect(talk.told == [1: .unavailable("paused by the broker")])
        #expect(talk.status == .blocked(reason: "channel.flow"))
    }

    @Test
    func `a lost connection tells all that wait, and all that come`() {
        let talk = SessionTalk.open()
        for _ in 0..<3 { talk.submit() }
        _ = talk.hear(ack(2))
        talk.end("connection lost: reset")
        talk.submit()
        let lost = PublishOutcome.unavailable("connection lost: reset")
        #expect(talk.told == [1: lost, 2: .confirmed, 3: lost, 4: lost])
        #expect(talk.pending.count == 0)
    }

    @Test
    func `a silent broker is given up, and what waits is told by the end`() {
        let talk = SessionTalk.open()
        #expect(talk.wait(.seconds(30)) == .none)
        #expect(Array(talk.pending) == heartbeatFrame)
        #expect(talk.wait(.seconds(90)) == .failed(.silent))
    }
}
