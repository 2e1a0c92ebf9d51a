/// One channel in confirm mode: opened, opened again when the broker closes it, closed in order. The exchange to publish
/// to is asked for first, if that is wished. No I/O.
struct ChannelStateMachine: Sendable {
    /// The state of the channel.
    enum State: Sendable, Equatable {
        case closed
        case opening
        case checkingExchange
        case selectingConfirms
        case open
        /// We asked for the close; the connection is to follow.
        case closing
    }

    /// The channel's number; 0 is the connection.
    let number: UInt16
    private let requiredExchange: String?
    private let mandatory: Bool
    private(set) var state: State = .closed
    /// The delivery tag of the last publish; the broker counts along.
    private(set) var lastDeliveryTag: UInt64 = 0
    /// The broker asked for a pause (channel.flow).
    private(set) var isPaused = false
    private var skipper = ContentSkipper()

    init(number: UInt16 = 1, requiredExchange: String? = nil, mandatory: Bool = false) {
        self.number = number
        self.mandatory = mandatory
        self.requiredExchange = requiredExchange
    }

    /// Opens the channel.
    mutating func open(output: inout OutputBuffer) {
        state = .opening
        lastDeliveryTag = 0
        isPaused = false
        skipper = ContentSkipper()
        output.append(simple: ChannelOpen(), channel: number)
    }

    /// Begins an orderly close.
    /// - Returns: Whether the broker's answer has to be waited for.
    mutating func close(output: inout OutputBuffer) -> Bool {
        guard state == .open else { return false }
        state = .closing
        output.append(goodbye: ChannelClose(.goodbye), channel: number)
        return true
    }

    /// Sends a message; only while open.
    /// - Returns: Its delivery tag.
    mutating func publish(
        _ message: OutgoingMessage, frameMax: Int, output: inout OutputBuffer
    ) throws(MessageEncodingError) -> UInt64 {
        precondition(state == .open, "published on a channel that is not open")
        try output.append(publish: message, channel: number, frameMax: frameMax, mandatory: mandatory)
        lastDeliveryTag += 1
        return lastDeliveryTag
    }

    /// Takes a frame of this channel.
    mutating func receive(_ frame: Frame, output: inout OutputBuffer) throws(ConnectionFailure) -> ConnectionAction {
        guard state != .closed, frame.kind != .heartbeat else {
            throw .unexpectedFrame(kind: frame.kind.rawValue, channel: frame.channel)
        }
        guard frame.kind == .method else {
            try skipper.receive(frame)
            return .none
        }
        let method = try MethodFrame(frame)
        guard skipper.isIdle else { throw .unexpectedMethod(method.id) }
        switch method.id {
        case BasicAck.id:
            let ack = try method.decode(BasicAck.self)
            try checkConfirm(method.id, tag: ack.deliveryTag, multiple: ack.multiple)
            return .confirmed(deliveryTag: ack.deliveryTag, multiple: ack.multiple)
        case BasicNack.id:
            let nack = try method.decode(BasicNack.self)
            try checkConfirm(method.id, tag: nack.deliveryTag, multiple: nack.multiple)
            return .rejected(deliveryTag: nack.deliveryTag, multiple: nack.multiple)
        case BasicReturn.id:
            guard hasConfirms else { throw .unexpectedMethod(method.id) }
            let returned = try method.decode(BasicReturn.self)
            skipper.begin()
            return .returned(routingKey: returned.routingKey)
        default:
            return try receiveLifecycle(method, output: &output)
        }
    }

    private mutating func receiveLifecycle(
        _ method: MethodFrame, output: inout OutputBuffer
    ) throws(ConnectionFailure) -> ConnectionAction {
        switch (method.id, state) {
        case (ChannelOpenOK.id, .opening):
            _ = try method.decode(ChannelOpenOK.self)
            try checkExchange(output: &output)
            return .none
        case (ExchangeDeclareOK.id, .checkingExchange):
            _ = try method.decode(ExchangeDeclareOK.self)
            selectConfirms(output: &output)
            return .none
        case (ChannelClose.id, .checkingExchange):
            // Another channel would fare no better: it is for the pause between connections to wait for a change.
            throw .exchangeRefused(requiredExchange ?? "", try method.decode(ChannelClose.self).reason)
        case (ConfirmSelectOK.id, .selectingConfirms):
            _ = try method.decode(ConfirmSelectOK.self)
            state = .open
            return .ready
        case (ChannelFlow.id, _):
            isPaused = !(try method.decode(ChannelFlow.self)).active
            output.append(simple: ChannelFlowOK(active: !isPaused), channel: number)
            return .none
        case (ChannelClose.id, _):
            return closedByBroker(try method.decode(ChannelClose.self).reason, output: &output)
        case (ChannelCloseOK.id, .closing):
            _ = try method.decode(ChannelCloseOK.self)
            state = .closed
            return .none
        default:
            throw .unexpectedMethod(method.id)
        }
    }

    private mutating func checkExchange(output: inout OutputBuffer) throws(ConnectionFailure) {
        guard let requiredExchange else { return selectConfirms(output: &output) }
        state = .checkingExchange
        do throws(MessageEncodingError) {
            try output.append(method: ExchangeDeclare(passively: requiredExchange), channel: number)
        } catch {
            throw .settings("the exchange's name is over 255 bytes")
        }
    }

    private mutating func selectConfirms(output: inout OutputBuffer) {
        state = .selectingConfirms
        output.append(simple: ConfirmSelect(), channel: number)
    }

    /// The broker has thrown away everything sent after the failing publish. A new channel takes the number over: the
    /// broker frees it when it reads our close-ok, which goes first.
    private mutating func closedByBroker(_ reason: CloseReason, output: inout OutputBuffer) -> ConnectionAction {
        output.append(simple: ChannelCloseOK(), channel: number)
        // Nothing sent on this channel can be confirmed any more.
        lastDeliveryTag = 0
        // If our own close crossed it, its answer still comes.
        if state != .closing { open(output: &output) }
        return .channelClosed(reason)
    }

    private var hasConfirms: Bool { state == .open || state == .closing }

    private func checkConfirm(_ id: MethodID, tag: UInt64, multiple: Bool) throws(ConnectionFailure) {
        guard hasConfirms else { throw .unexpectedMethod(id) }
        guard tag <= lastDeliveryTag, tag > 0 || multiple else { throw .unknownDeliveryTag(tag) }
    }
}

/// Reads past the content of returned messages, which we know: a header, then as many bytes of body as it says.
private struct ContentSkipper: Sendable, Equatable {
    private enum State: Sendable, Equatable {
        case idle
        case header
        case body(remaining: UInt64)
    }

    private var state: State = .idle

    /// A Boolean value that indicates whether no content is being read past: methods may come.
    var isIdle: Bool { state == .idle }

    /// A basic.return came, so content follows.
    mutating func begin() {
        state = .header
    }

    /// Takes a header or body frame.
    mutating func receive(_ frame: Frame) throws(ConnectionFailure) {
        switch (state, frame.kind) {
        case (.header, .header):
            do throws(CodecError) {
                let header = try ContentHeader(payload: frame.payload)
                state = header.bodySize == 0 ? .idle : .body(remaining: header.bodySize)
            } catch {
                throw .codec(error)
            }
        case (.body(let remaining), .body) where frame.payload.count <= remaining:
            let left = remaining - UInt64(frame.payload.count)
            state = left == 0 ? .idle : .body(remaining: left)
        default:
            throw .unexpectedFrame(kind: frame.kind.rawValue, channel: frame.channel)
        }
    }
}
