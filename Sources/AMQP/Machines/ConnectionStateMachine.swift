/// A connection with its one channel, from the protocol header to the farewell (AMQP 0-9-1 section 2.2.4). No I/O: bytes
/// in, actions and bytes out, the time is passed in.
struct ConnectionStateMachine: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The state of the connection.
    enum State: Sendable, Equatable {
        case idle
        case awaitingStart
        case awaitingTune
        case awaitingOpen
        case open
        case closingChannel
        case closing
        case closed
    }

    /// The frame size that holds until both sides agreed on one. RabbitMQ takes no more than this from us.
    static let initialFrameMax = Frame.minimumSize
    /// The most that is taken from the broker until then: its properties have no bound of their own.
    static let initialReceiveLimit = 128 * 1024
    /// The bounds of the frame size that is asked for, so that what we keep for an unfinished frame is bounded.
    static let frameMaxRange: ClosedRange<UInt32> = UInt32(Frame.minimumSize)...16 << 20

    private let settings: ConnectionSettings
    private(set) var state: State = .idle
    private(set) var channel: ChannelStateMachine
    private(set) var probe = TopicProbe()
    /// The agreed values; before tuning, our own wishes.
    private(set) var tuning: Tuning
    private var heartbeats: HeartbeatMonitor

    init(settings: ConnectionSettings, now: Instant) {
        self.settings = settings
        channel = ChannelStateMachine(
            requiredExchange: settings.requiredExchange, mandatory: settings.mandatory)
        tuning = Tuning(
            channelMax: settings.channelMax,
            frameMax: min(max(settings.frameMax, Self.frameMaxRange.lowerBound), Self.frameMaxRange.upperBound),
            heartbeat: settings.heartbeat)
        heartbeats = HeartbeatMonitor(now: now)
    }

    /// A Boolean value that indicates whether messages can be published, as far as the protocol goes.
    var canPublish: Bool { state == .open && channel.state == .open && !channel.isPaused }

    /// Says hello.
    mutating func start(output: inout OutputBuffer) {
        precondition(state == .idle, "started twice")
        state = .awaitingStart
        output.append(Self.protocolHeader)
    }

    static let protocolHeader: [UInt8] = Array("AMQP".utf8) + [0, 0, 9, 1]

    /// Takes the first frame off `input`; call again until it returns nil, which asks for more bytes.
    mutating func receive(_ input: inout ArraySlice<UInt8>, output: inout OutputBuffer) -> ConnectionAction? {
        guard state != .closed else {
            // Whatever follows the end means nothing any more.
            input = input[input.endIndex...]
            return nil
        }
        do throws(ConnectionFailure) {
            guard let frame = try nextFrame(&input) else { return nil }
            return try receive(frame, output: &output)
        } catch {
            state = .closed
            return .failed(error)
        }
    }

    private func nextFrame(_ input: inout ArraySlice<UInt8>) throws(ConnectionFailure) -> Frame? {
        if state == .awaitingStart, input.first == Self.protocolHeader.first { throw .protocolVersion }
        do throws(CodecError) {
            return try Frame.next(in: &input, limit: receiveLimit)
        } catch {
            throw .codec(error)
        }
    }

    private var receiveLimit: Int {
        switch state {
        case .idle, .awaitingStart, .awaitingTune: Self.initialReceiveLimit
        default: Int(tuning.frameMax)
        }
    }

    private mutating func receive(
        _ frame: Frame, output: inout OutputBuffer
    ) throws(ConnectionFailure) -> ConnectionAction {
        // Behind our own close nothing but its answer counts (section 1.4.2.9).
        if state == .closing, frame.channel != 0 { return .none }
        if frame.channel == channel.number, state == .open || state == .closingChannel {
            let action = try channel.receive(frame, output: &output)
            if state == .closingChannel, channel.state == .closed { closeConnection(output: &output) }
            return action
        }
        if frame.channel == probe.number, state == .open || state == .closingChannel {
            let verdicts = try probe.receive(frame, frameMax: Int(tuning.frameMax), output: &output)
            return verdicts.map { .probed($0) } ?? .none
        }
        guard frame.channel == 0 else {
            throw .unexpectedFrame(kind: frame.kind.rawValue, channel: frame.channel)
        }
        switch frame.kind {
        case .heartbeat:
            guard frame.payload.isEmpty else { throw .codec(.trailingBytes(frame.payload.count)) }
            return .none
        case .method:
            return try receive(MethodFrame(frame), output: &output)
        case .header, .body:
            throw .unexpectedFrame(kind: frame.kind.rawValue, channel: 0)
        }
    }

    private mutating func receive(
        _ method: MethodFrame, output: inout OutputBuffer
    ) throws(ConnectionFailure) -> ConnectionAction {
        switch (method.id, state) {
        case (ConnectionClose.id, _):
            let reason = try method.decode(ConnectionClose.self).reason
            output.append(simple: ConnectionCloseOK(), channel: 0)
            state = .closed
            return .closed(reason)
        case (ConnectionCloseOK.id, .closing):
            _ = try method.decode(ConnectionCloseOK.self)
            state = .closed
            return .farewell
        case (_, .closing):
            return .none
        case (ConnectionStart.id, .awaitingStart):
            try answer(method.decode(ConnectionStart.self), output: &output)
            return .none
        case (ConnectionTune.id, .awaitingTune):
            try answer(method.decode(ConnectionTune.self), output: &output)
            return .none
        case (ConnectionOpenOK.id, .awaitingOpen):
            _ = try method.decode(ConnectionOpenOK.self)
            state = .open
            channel.open(output: &output)
            return .none
        case (ConnectionBlocked.id, .open), (ConnectionBlocked.id, .closingChannel):
            return .blocked(reason: try method.decode(ConnectionBlocked.self).reason)
        case (ConnectionUnblocked.id, .open), (ConnectionUnblocked.id, .closingChannel):
            _ = try method.decode(ConnectionUnblocked.self)
            return .unblocked
        default:
            throw .unexpectedMethod(method.id)
        }
    }
}

// MARK: - Negotiation

extension ConnectionStateMachine {
    private mutating func answer(_ start: ConnectionStart, output: inout OutputBuffer) throws(ConnectionFailure) {
        guard start.versionMajor == 0, start.versionMinor == 9 else { throw .protocolVersion }
        let mechanism = settings.mechanism
        guard start.mechanisms.split(separator: " ").contains(where: { $0 == mechanism.name }) else {
            throw .mechanismNotOffered(mechanism.name, offered: start.mechanisms)
        }
        let answer = ConnectionStartOK(
            clientProperties: settings.startProperties, mechanism: mechanism.name, response: mechanism.response,
            locale: settings.locale)
        let before = output.bytes.count
        do throws(MessageEncodingError) {
            try output.append(method: answer, channel: 0)
        } catch {
            throw .settings("a client property's name or the locale is over 255 bytes")
        }
        let size = output.bytes.count - before
        guard size <= Self.initialFrameMax else {
            throw .settings("client properties and credentials take \(size) bytes, over \(Self.initialFrameMax)")
        }
        state = .awaitingTune
    }

    private mutating func answer(_ tune: ConnectionTune, output: inout OutputBuffer) throws(ConnectionFailure) {
        guard let agreed = tuning.answer(to: tune.tuning) else { throw .frameMaxTooSmall(tune.tuning.frameMax) }
        tuning = agreed
        heartbeats.begin(seconds: agreed.heartbeat)
        output.append(simple: ConnectionTuneOK(agreed), channel: 0)
        do throws(MessageEncodingError) {
            try output.append(method: ConnectionOpen(virtualHost: settings.virtualHost), channel: 0)
        } catch {
            throw .settings("the virtual host's name is over 255 bytes")
        }
        state = .awaitingOpen
    }
}

// MARK: - Publishing and closing

extension ConnectionStateMachine {
    /// Encodes a message; only while ``canPublish``.
    /// - Returns: Its delivery tag.
    mutating func publish(
        _ message: OutgoingMessage, output: inout OutputBuffer
    ) throws(MessageEncodingError) -> UInt64 {
        try channel.publish(message, frameMax: Int(tuning.frameMax), output: &output)
    }

    /// Begins an orderly close: the channel's, where it is open, then the connection's.
    /// - Returns: Whether the broker's answer has to be waited for; if not, the stream can be closed at once.
    mutating func close(output: inout OutputBuffer) -> Bool {
        switch state {
        case .open:
            if channel.close(output: &output) {
                state = .closingChannel
            } else {
                closeConnection(output: &output)
            }
            return true
        case .closingChannel, .closing:
            return true
        case .idle, .awaitingStart, .awaitingTune, .awaitingOpen, .closed:
            // Before open-ok there is nothing to say goodbye to; brokers expect the socket to close.
            state = .closed
            return false
        }
    }

    private mutating func closeConnection(output: inout OutputBuffer) {
        state = .closing
        output.append(goodbye: ConnectionClose(.goodbye), channel: 0)
    }
}

// MARK: - Asking

extension ConnectionStateMachine {
    /// A Boolean value that indicates whether the broker can be asked which topics it lets us publish.
    var canProbe: Bool { state == .open && channel.state == .open && !probe.isActive && hasProbeChannel }

    /// A Boolean value that indicates whether both sides agreed on more than one channel.
    var hasProbeChannel: Bool { tuning.channelMax == 0 || tuning.channelMax >= probe.number }

    /// Asks it; only while ``canProbe``.
    mutating func probe(_ question: TopicProbe.Question, output: inout OutputBuffer) {
        probe.start(question, output: &output)
    }
}

// MARK: - Heartbeats

extension ConnectionStateMachine {
    /// Bytes came from the broker.
    mutating func received(now: Instant) {
        heartbeats.received(now: now)
    }

    /// The socket took bytes.
    mutating func sent(now: Instant) {
        heartbeats.sent(now: now)
    }

    /// When to call ``tick(now:output:)`` next.
    var deadline: Instant? { state == .closed ? nil : heartbeats.deadline }

    /// Sends a heartbeat if one is due; fails if the broker is dead.
    mutating func tick(now: Instant, output: inout OutputBuffer) -> ConnectionAction {
        guard state != .closed else { return .none }
        switch heartbeats.tick(now: now) {
        case .none:
            break
        case .send:
            output.appendHeartbeat()
        case .dead:
            state = .closed
            return .failed(.silent)
        }
        return .none
    }
}

/// When to send a heartbeat, and when the broker counts as dead (section 4.2.7): one is due when nothing was sent for
/// half an interval; two intervals without a byte from the broker are its end.
private struct HeartbeatMonitor: Sendable, Equatable {
    typealias Instant = ContinuousClock.Instant

    /// An action that is due.
    enum Action: Sendable, Equatable {
        case none
        case send
        case dead
    }

    /// Half an interval, and two: worked out once, as they are asked for with every publish. Zero: no heartbeats.
    private var silence: Duration = .zero
    private var patience: Duration = .zero
    private var lastSent: Instant
    private var lastReceived: Instant

    /// No heartbeats until an interval is agreed on.
    init(now: Instant) {
        lastSent = now
        lastReceived = now
    }

    /// The interval is agreed on, in seconds; 0: none.
    mutating func begin(seconds: UInt16) {
        silence = .milliseconds(Int(seconds) * 500)
        patience = .seconds(Int(seconds) * 2)
    }

    private var isOn: Bool { patience > .zero }

    /// Bytes came, whatever they were.
    mutating func received(now: Instant) {
        lastReceived = now
    }

    /// The socket took bytes.
    mutating func sent(now: Instant) {
        lastSent = now
    }

    /// When to call ``tick(now:)`` next; nil without heartbeats.
    var deadline: Instant? {
        isOn ? min(lastSent + silence, lastReceived + patience) : nil
    }

    /// Returns the action that is due at `now`. A heartbeat that is to be sent counts as sent, even if the socket
    /// cannot take it yet: piling up more of them would not help.
    mutating func tick(now: Instant) -> Action {
        guard isOn else { return .none }
        if now >= lastReceived + patience { return .dead }
        if now >= lastSent + silence {
            lastSent = now
            return .send
        }
        return .none
    }
}
