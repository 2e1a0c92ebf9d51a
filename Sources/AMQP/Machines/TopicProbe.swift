/// Asks the broker which topics it lets us publish, and publishes nothing: each is sent in a transaction of its own that is
/// rolled back. RabbitMQ looks at exchange, permissions and size when a publish comes in, and routes it on commit alone.
/// A channel of its own, for one that confirms has no transactions. No I/O.
struct TopicProbe: Sendable {
    /// The broker's answer about a topic.
    struct Verdict: Sendable, Hashable {
        var routingKey: String
        /// The reason why it may not be published; `nil` if it may.
        var refusal: CloseReason?
    }

    /// A question for the broker.
    struct Question: Sendable, Hashable {
        var exchange: String
        var routingKeys: [String]
        /// A Boolean value that indicates whether the first topic that may be published is answer enough.
        var isAnyEnough: Bool
    }

    private enum State: Sendable, Equatable {
        case idle
        case opening
        case selecting
        case asking
        case closing
    }

    /// The channel's number.
    let number: UInt16 = 2
    private var state = State.idle
    private var question = Question(exchange: "", routingKeys: [], isAnyEnough: true)
    private var verdicts: [Verdict] = []

    /// A Boolean value that indicates whether an answer is still to come.
    var isActive: Bool { state != .idle }
    /// A Boolean value that indicates whether the channel was asked for, and the broker has not opened it yet.
    var isOpening: Bool { state == .opening }

    /// Begins to ask; only while not active.
    mutating func start(_ question: Question, output: inout OutputBuffer) {
        precondition(state == .idle, "asked twice")
        self.question = question
        verdicts = []
        open(output: &output)
    }

    private mutating func open(output: inout OutputBuffer) {
        state = .opening
        output.append(simple: ChannelOpen(), channel: number)
    }

    /// Takes a frame of this channel.
    /// - Returns: All that was found out, when it is.
    mutating func receive(
        _ frame: Frame, frameMax: Int, output: inout OutputBuffer
    ) throws(ConnectionFailure) -> [Verdict]? {
        guard state != .idle, frame.kind == .method else {
            throw .unexpectedFrame(kind: frame.kind.rawValue, channel: frame.channel)
        }
        let method = try MethodFrame(frame)
        switch (method.id, state) {
        case (ChannelOpenOK.id, .opening):
            _ = try method.decode(ChannelOpenOK.self)
            state = .selecting
            output.append(simple: TxSelect(), channel: number)
        case (TxSelectOK.id, .selecting):
            _ = try method.decode(TxSelectOK.self)
            return ask(frameMax: frameMax, output: &output)
        case (TxRollbackOK.id, .asking):
            _ = try method.decode(TxRollbackOK.self)
            record(nil)
            return question.isAnyEnough ? finish(output: &output) : ask(frameMax: frameMax, output: &output)
        case (ChannelClose.id, .closing):
            _ = try method.decode(ChannelClose.self)
            // It crossed ours, whose answer still comes.
            output.append(simple: ChannelCloseOK(), channel: number)
        case (ChannelClose.id, _):
            let reason = try method.decode(ChannelClose.self).reason
            output.append(simple: ChannelCloseOK(), channel: number)
            state = .idle
            record(reason)
            // Where the exchange is the trouble, the other topics fare no better.
            var isHopeless = false
            if case .exchange = Refusal(reason) { isHopeless = question.isAnyEnough }
            guard verdicts.count < question.routingKeys.count, !isHopeless else { return verdicts }
            open(output: &output)
        case (ChannelCloseOK.id, .closing):
            _ = try method.decode(ChannelCloseOK.self)
            state = .idle
            return verdicts
        default:
            throw .unexpectedMethod(method.id)
        }
        return nil
    }

    /// Asks for the next topic, if there is one.
    private mutating func ask(frameMax: Int, output: inout OutputBuffer) -> [Verdict]? {
        state = .asking
        while verdicts.count < question.routingKeys.count {
            let message = OutgoingMessage(
                exchange: question.exchange, routingKey: question.routingKeys[verdicts.count],
                properties: BasicProperties(contentType: "application/json"), body: Array("{}".utf8))
            do throws(MessageEncodingError) {
                try output.append(publish: message, channel: number, frameMax: frameMax)
                output.append(simple: TxRollback(), channel: number)
                return nil
            } catch {
                record(CloseReason(code: 0, text: "\(error)"))
            }
        }
        return finish(output: &output)
    }

    private mutating func record(_ refusal: CloseReason?) {
        guard verdicts.count < question.routingKeys.count else { return }
        verdicts.append(Verdict(routingKey: question.routingKeys[verdicts.count], refusal: refusal))
    }

    private mutating func finish(output: inout OutputBuffer) -> [Verdict]? {
        state = .closing
        output.append(goodbye: ChannelClose(.goodbye), channel: number)
        return nil
    }
}

/// The broker's answer about a topic.
public struct TopicAnswer: Sendable, Hashable {
    /// The topic, with its prefix.
    public var topic: String
    /// The reason why it may not be published; `nil` if it may.
    public var refusal: String?
}
