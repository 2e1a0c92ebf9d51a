/// The meaning of a frame from the broker for the connection's driver. Any answer it requires is already in the output
/// buffer.
enum ConnectionAction: Sendable, Equatable {
    /// Nothing to do but to send what is in the output buffer.
    case none
    /// The channel is open and in confirm mode, for the first time or again: delivery tags begin at 1.
    case ready
    /// The broker has the message, or with `multiple` all up to it; zero with `multiple` is all.
    case confirmed(deliveryTag: UInt64, multiple: Bool)
    /// The broker could not take the message, or all up to it.
    case rejected(deliveryTag: UInt64, multiple: Bool)
    /// No queue took a message; it is confirmed all the same.
    case returned(routingKey: String)
    /// The broker said which topics it lets us publish.
    case probed([TopicProbe.Verdict])
    /// The broker closed the channel; it is being opened again.
    case channelClosed(CloseReason)
    /// The broker reads no publishes for now.
    case blocked(reason: String)
    /// The broker reads again.
    case unblocked
    /// The broker closed the connection: send what is in the output buffer, then close the stream.
    case closed(CloseReason)
    /// Our own close is answered: close the stream.
    case farewell
    /// The connection is beyond repair: close the stream.
    case failed(ConnectionFailure)
}

/// The reason why a connection cannot go on, other than that the broker closed it.
enum ConnectionFailure: Error, Hashable, CustomStringConvertible {
    /// The broker sent something that is not AMQP as we know it.
    case codec(CodecError)
    /// The broker answered with another protocol version's header.
    case protocolVersion
    /// The broker does not offer our mechanism; with those that it does.
    case mechanismNotOffered(String, offered: String)
    /// The broker asked for frames under 4096 bytes.
    case frameMaxTooSmall(UInt32)
    /// Client properties or virtual host do not fit what the protocol gives them.
    case settings(String)
    /// A method that makes no sense now.
    case unexpectedMethod(MethodID)
    /// A frame of a kind that makes no sense now, or on a channel that is not open.
    case unexpectedFrame(kind: UInt8, channel: UInt16)
    /// A confirm for a message that was never sent.
    case unknownDeliveryTag(UInt64)
    /// Nothing from the broker for two heartbeat intervals.
    case silent
    /// Nothing was confirmed for the suspect time-out.
    case noConfirms
    /// The broker has taken no publishes for longer than we want to wait; with its reason.
    case blockedTooLong(String)
    /// The broker does not have the exchange, or not for us.
    case exchangeRefused(String, CloseReason)

    /// One line for people.
    var description: String {
        switch self {
        case .codec(let error): "the broker sent what is not AMQP 0-9-1: \(error)"
        case .protocolVersion: "the broker does not speak AMQP 0-9-1"
        case .mechanismNotOffered(let ours, let offered): "the broker does not offer \(ours), only \(offered)"
        case .frameMaxTooSmall(let size): "the broker asks for a frame-max of \(size), under the minimum of 4096"
        case .settings(let what): what
        case .unexpectedMethod(let method): "the broker sent method \(method) out of turn"
        case .unexpectedFrame(let kind, let channel): "the broker sent a frame of type \(kind) on channel \(channel)"
        case .unknownDeliveryTag(let tag): "the broker confirmed message \(tag), which was never sent"
        case .silent: "the broker was silent for two heartbeat intervals"
        case .noConfirms: "the broker confirmed nothing for too long"
        case .blockedTooLong(let reason): "the broker blocked publishing for too long (\(reason))"
        case .exchangeRefused(let name, let reason): "the exchange \(name) can't be published to: \(reason)"
        }
    }
}

/// A method frame whose method is known and whose arguments are not read yet.
struct MethodFrame: Sendable {
    let id: MethodID
    private let arguments: WireReader

    init(_ frame: Frame) throws(ConnectionFailure) {
        var reader = WireReader(frame.payload)
        do throws(CodecError) {
            id = MethodID(try reader.integer(), try reader.integer())
        } catch {
            throw .codec(error)
        }
        arguments = reader
    }

    /// The arguments, read to the last byte.
    func decode<Method: AMQPMethod>(_ method: Method.Type = Method.self) throws(ConnectionFailure) -> Method {
        do throws(CodecError) {
            return try Method.decodeAll(arguments)
        } catch {
            throw .codec(error)
        }
    }
}
