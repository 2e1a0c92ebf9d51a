import Foundation
import Testing

@testable import AMQP

/// The RabbitMQ that `W2F_TEST_AMQP_URL` names, such as `amqp://test:test@127.0.0.1:5674/%2Fpubsub`. The user must have
/// all rights on the virtual host.
enum LiveBroker {
    /// Nil where there is none: then the live tests are skipped.
    static let settings: ConnectionSettings? = {
        guard let text = ProcessInfo.processInfo.environment["W2F_TEST_AMQP_URL"],
            let url = URLComponents(string: text), let host = url.host
        else { return nil }
        return ConnectionSettings(
            endpoints: [BrokerEndpoint(host: host, port: UInt16(clamping: url.port ?? 5672))],
            virtualHost: url.percentEncodedPath.dropFirst().removingPercentEncoding ?? "/",
            mechanism: .plain(username: url.user ?? "guest", password: url.password ?? "guest"),
            connectionName: "webhook2fedmsg tests")
    }()

    static var isThere: Bool { settings != nil }

    static func requireSettings() throws -> ConnectionSettings {
        try #require(settings)
    }
}

/// A second client of the live broker, with a queue of its own.
struct LiveQueue {
    private let connection: PeerConnection
    let name: String

    /// - Parameter arguments: For the queue, such as `x-max-length`.
    init(_ settings: ConnectionSettings, bindingKey: String, arguments: FieldTable = [:]) throws {
        connection = try PeerConnection(connectingTo: settings.endpoints[0].port)
        try connection.open(settings)
        try connection.send(QueueDeclare(arguments: arguments), channel: 1)
        name = try connection.expect(QueueDeclareOK.self).name
        try connection.send(
            QueueBind(queue: name, exchange: "amq.topic", routingKey: bindingKey), channel: 1)
        try connection.expect(QueueBindOK.self)
    }

    /// The next message; fails if there is none.
    func get() throws -> (routingKey: String, properties: BasicProperties, body: [UInt8]) {
        try connection.send(BasicGet(queue: name), channel: 1)
        let got = try connection.expect(BasicGetOK.self)
        let content = try connection.expectContent()
        return (got.routingKey, content.header.properties, content.body)
    }

    /// How many messages wait in the queue.
    func count() throws -> Int {
        try connection.send(QueueDeclare(name: name), channel: 1)
        return Int(try connection.expect(QueueDeclareOK.self).messages)
    }
}

extension PeerConnection {
    /// The client's side of the handshake, up to an open channel.
    fileprivate func open(_ settings: ConnectionSettings) throws {
        try send(ConnectionStateMachine.protocolHeader)
        try expect(ConnectionStart.self)
        let mechanism = settings.mechanism
        try send(ConnectionStartOK(clientProperties: [:], mechanism: mechanism.name, response: mechanism.response))
        let tuning = try expect(ConnectionTune.self).tuning
        try send(ConnectionTuneOK(Tuning(channelMax: tuning.channelMax, frameMax: tuning.frameMax, heartbeat: 0)))
        try send(ConnectionOpen(virtualHost: settings.virtualHost))
        try expect(ConnectionOpenOK.self)
        try send(ChannelOpen(), channel: 1)
        try expect(ChannelOpenOK.self)
    }
}
