@testable import AMQP

extension FuzzTarget {
    /// Messages, a broker that says anything at any time, and the clock, in any order: each message is settled once and in
    /// its time, and is confirmed only if the broker said so; what is in flight stays within its bounds; nothing is left.
    static let broker = FuzzTarget("broker") { input, isPlanted in
        let talk = BrokerTalk(&input, isPlanted: isPlanted)
        var steps = 0
        while !input.isEmpty, steps < 200 {
            steps += 1
            try talk.step(&input)
        }
        try talk.end()
    }
}

/// A publisher's session, and a broker that knows what it was sent.
private final class BrokerTalk {
    private static let limits: PublisherLimits = {
        var limits = PublisherLimits()
        (limits.windowMessages, limits.windowBytes, limits.outputBufferBytes) = (4, 60, 400)
        return limits
    }()

    private var session: PublisherSession<Int>
    private var now = ContinuousClock.now
    private let isPlanted: Bool
    private var hasEnded = false

    // What the broker was sent: how much of what waits in the output was read, and which message has which tag.
    private var readBytes = 0
    private var tags: [UInt64: Int] = [:]
    private var lastTag: UInt64 = 0
    private var incoming: Int?
    /// What the broker owes an answer to.
    private var questions: [(method: MethodID, channel: UInt16)] = []
    private var hasClosedChannel = false

    // What became of messages.
    private var ends: [Int: ContinuousClock.Instant] = [:]
    private var told: [Int: PublishOutcome] = [:]
    private var acknowledged: Set<Int> = []
    private var rejected: Set<Int> = []
    private var finding: Finding?

    init(_ input: inout FuzzInput, isPlanted: Bool) {
        var settings = ConnectionSettings(
            endpoints: [BrokerEndpoint(host: "broker")], mechanism: .plain(username: "a", password: "b"))
        let flags = input.byte()
        if flags & 1 == 1 { (settings.probeExchange, settings.probeTopics) = ("amq.topic", ["a.b", "c.d"]) }
        if flags & 2 == 2 { settings.requiredExchange = "amq.topic" }
        if flags & 4 == 4 { settings.blockedTimeout = .seconds(20) }
        self.isPlanted = isPlanted
        session = PublisherSession(settings: settings, limits: Self.limits, memory: BrokerMemory(), now: now)
        session.start()
        readBytes = session.output.pendingCount
        if flags & 8 == 0 { greet() }
    }

    /// The whole way to an open channel, as brokers go it.
    private func greet() {
        send(ConnectionStart(serverProperties: [:], mechanisms: "PLAIN"))
        send(ConnectionTune(Tuning(channelMax: 0, frameMax: 0, heartbeat: 60)))
        send(ConnectionOpenOK())
        for _ in 0..<4 { answer() }
    }

    // MARK: Steps

    func step(_ input: inout FuzzInput) throws {
        let kind = input.number(below: 16)
        // Behind the end there is nobody to talk to, and messages come all the same.
        switch hasEnded ? 0 : kind {
        case 0, 1, 2: publish(&input)
        case 3, 4: confirm(BasicAck.init, &input)
        case 5: confirm(BasicNack.init, &input)
        case 6: send(ChannelClose(reason(&input)), channel: 1)
        case 7: send(ChannelFlow(active: input.flag()), channel: 1)
        case 8: send(ConnectionBlocked(reason: "memory"))
        case 9: send(ConnectionUnblocked())
        case 10, 11: try wait(.milliseconds(Int(input.byte()) * (input.flag() ? 10 : 1000)))
        case 12: answer()
        case 13: flush(Int(input.byte()) * 8)
        case 14: say(&input)
        default: if !session.close() { lose() }
        }
        readOutput()
        try check()
    }

    private func publish(_ input: inout FuzzInput) {
        let (number, flags) = (ends.count, input.byte())
        let size = flags & 3 == 3 ? 80 : Int(flags & 3) * 9
        let message = OutgoingMessage(
            exchange: "amq.topic", routingKey: flags & 4 == 0 ? "a.b" : "c.d",
            properties: BasicProperties(messageID: "\(number)"), body: [UInt8](repeating: 0x61, count: size))
        let deadline = flags & 8 == 0 ? nil : now + .milliseconds(Int(input.byte()) * 20)
        ends[number] = min(deadline ?? now + Self.limits.confirmTimeout, now + Self.limits.confirmTimeout)
        if let outcome = session.submit(message, waiter: number, deadline: deadline, now: now) { tell(number, outcome) }
    }

    private func confirm<Method: SimpleMethod>(_ make: (UInt64, Bool) -> Method, _ input: inout FuzzInput) {
        let flags = input.byte()
        send(make(flags & 0xF0 == 0xF0 ? .max : UInt64(flags & 7), flags & 8 == 8), channel: 1)
    }

    private func reason(_ input: inout FuzzInput) -> CloseReason {
        input.pick([
            CloseReason(code: 404, text: "NOT_FOUND - no exchange 'amq.topic' in vhost '/'", method: BasicPublish.id),
            CloseReason(code: 403, text: "ACCESS_REFUSED - access to topic 'a.b' in exchange", method: BasicPublish.id),
            CloseReason(
                code: 406, text: "PRECONDITION_FAILED - message size 80 larger than configured max size 20",
                method: BasicPublish.id),
            CloseReason(code: 0, text: "", method: BasicPublish.id),
            CloseReason(code: 320, text: "CONNECTION_FORCED - shutdown"),
        ])
    }

    /// Something that a broker says seldom, or never.
    private func say(_ input: inout FuzzInput) {
        let channel = UInt16(input.number(below: 4))
        switch input.number(below: 8) {
        case 0: send(ConnectionClose(reason(&input)))
        case 1: send(ConnectionCloseOK())
        case 2: send(ChannelCloseOK(), channel: channel)
        case 3: send(ChannelOpenOK(), channel: channel)
        case 4: send(ConfirmSelectOK(), channel: channel)
        case 5: send(ChannelClose(reason(&input)), channel: channel)
        case 6:
            let question = TopicProbe.Question(
                exchange: "amq.topic", routingKeys: ["a.b", "c.d"], isAnyEnough: input.flag())
            _ = session.probe(question)
        default: hear(input.bytes())
        }
    }

    private func wait(_ duration: Duration) throws {
        now += duration
        let action = session.tick(now: now) { self.tell($0, $1) }
        if case .failed = action { return lose() }
        guard !hasEnded else { return }
        if let late = ends.first(where: { told[$0.key] == nil && $0.value <= now }) {
            throw Finding("message \(late.key) is not settled in its time")
        }
        if let deadline = session.deadline, deadline <= now {
            throw Finding(
                """
                what is due is not done, and is due again at once: a loop without a pause (\(session.status), the channel \
                \(session.connection.channel.state), the connection \(session.connection.state), \(session.window.waiting) \
                and \(session.queue.count) wait, in flight \(String(describing: session.window.deadline.map { $0 - now })), \
                heartbeat \(String(describing: session.connection.deadline.map { $0 - now })))
                """)
        }
    }

    private func flush(_ count: Int) {
        readOutput()
        let count = min(count, session.output.pendingCount)
        session.sent(count, now: now)
        readBytes -= count
    }

    // MARK: The broker

    /// Answers the oldest question as it should be.
    private func answer() {
        guard !questions.isEmpty else { return }
        let (method, channel) = questions.removeFirst()
        switch method {
        case ChannelOpen.id: send(ChannelOpenOK(), channel: channel)
        case ConfirmSelect.id: send(ConfirmSelectOK(), channel: channel)
        case ExchangeDeclare.id: send(ExchangeDeclareOK(), channel: channel)
        case ChannelClose.id: send(ChannelCloseOK(), channel: channel)
        case ConnectionClose.id: send(ConnectionCloseOK())
        case TxSelect.id: send(TxSelectOK(), channel: channel)
        case TxRollback.id: send(TxRollbackOK(), channel: channel)
        default: break
        }
    }

    private func send(_ method: some AMQPMethod, channel: UInt16 = 0) {
        var output = OutputBuffer()
        guard (try? output.append(method: method, channel: channel)) != nil else { return }
        hear(output.bytes)
    }

    private func hear(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let start = rest
            guard let frame = try? Frame.next(in: &rest, limit: 1 << 20) else { return deliver(start) }
            if frame.kind == .method { note(frame) }
            deliver(start.prefix(start.count - rest.count))
        }
    }

    private func deliver(_ bytes: ArraySlice<UInt8>) {
        guard !hasEnded else { return }
        session.received(now: now)
        var input = bytes
        while let action = session.receive(&input, now: now, settle: { self.tell($0, $1) }) {
            readOutput()
            switch action {
            case .closed, .farewell, .failed: return lose()
            default: continue
            }
        }
    }

    /// Remembers what the broker says of messages, whatever is made of it.
    private func note(_ frame: Frame) {
        guard let method = try? MethodFrame(frame) else { return }
        if method.id == ChannelClose.id { questions.removeAll { $0.channel == frame.channel } }
        guard frame.channel == 1 else { return }
        func meant(_ tag: UInt64, _ isMultiple: Bool) -> [Int] {
            tags.filter { isMultiple ? tag == 0 || $0.key <= tag : $0.key == tag }.map(\.value)
        }
        if method.id == BasicAck.id, let ack = try? method.decode(BasicAck.self) {
            acknowledged.formUnion(meant(ack.deliveryTag, ack.multiple))
        } else if method.id == BasicNack.id, let nack = try? method.decode(BasicNack.self) {
            rejected.formUnion(meant(nack.deliveryTag, nack.multiple))
            if isPlanted, hasClosedChannel, nack.multiple, session.connection.channel.state == .closing {
                finding = Finding("a rejection behind an end that crossed ours")
            }
        } else if method.id == ChannelClose.id {
            hasClosedChannel = true
            // Nothing that was sent on it is settled any more.
            tags = [:]
        }
    }

    /// Reads what we sent as far as it is new.
    private func readOutput() {
        var input = ArraySlice(session.output.pending.dropFirst(readBytes))
        let count = input.count
        while let frame = try? Frame.next(in: &input, limit: 1 << 20) {
            if frame.kind == .header, frame.channel == 1, let header = try? ContentHeader(payload: frame.payload) {
                lastTag += 1
                tags[lastTag] = header.properties.messageID.flatMap { Int($0) }
            }
            guard frame.kind == .method, let method = try? MethodFrame(frame) else { continue }
            if method.id == ChannelOpen.id, frame.channel == 1 { (tags, lastTag, hasClosedChannel) = ([:], 0, false) }
            if method.id != BasicPublish.id { questions.append((method.id, frame.channel)) }
            questions.removeAll {
                [ConnectionStartOK.id, ConnectionTuneOK.id, ConnectionOpen.id, ChannelCloseOK.id].contains($0.method)
            }
        }
        readBytes += count - input.count
    }

    // MARK: What has to hold

    private func tell(_ number: Int, _ outcome: PublishOutcome) {
        if let first = told[number] {
            finding = finding ?? Finding("message \(number) is settled twice: \(first), \(outcome)")
        }
        told[number] = outcome
        if outcome == .confirmed, !acknowledged.contains(number) {
            finding = finding ?? Finding("message \(number) is confirmed, which the broker never said")
        }
        if outcome == .nacked, !rejected.contains(number) {
            finding = finding ?? Finding("message \(number) is rejected, which the broker never said")
        }
    }

    private func check() throws {
        if let finding { throw finding }
        let window = session.window
        try require(
            session.waiting == ends.count - told.count, "\(session.waiting) wait, and \(ends.count - told.count) should"
        )
        try require(window.unsettled <= Self.limits.windowMessages, "\(window.unsettled) messages in flight")
        try require(window.bytes <= Self.limits.windowBytes || window.unsettled == 1, "\(window.bytes) bytes in flight")
        try require(window.unsettled > 0 || window.bytes == 0, "bytes of no message")
    }

    private func lose() {
        guard !hasEnded else { return }
        hasEnded = true
        session.end("over") { self.tell($0, $1) }
        readBytes = 0
    }

    func end() throws {
        lose()
        try check()
        let isQuiet = session.window.unsettled == 0 && session.window.bytes == 0 && session.queue.isEmpty
        try require(isQuiet && session.output.pendingCount == 0, "something is left at the end")
        try require(told.count == ends.count, "\(ends.count - told.count) messages were never settled")
    }
}
