import EventLoop
import Foundation
import Glibc
import Testing

@testable import AMQP

/// A broker on a loopback port that says what a script tells it to: for what a real one cannot be made to do.
///
/// The script runs on a thread of its own, once for each connection, one after the other. What it throws fails the test,
/// when ``finish()`` is called.
final class FakeBroker: Sendable {
    typealias Script = @Sendable (_ connection: PeerConnection, _ index: Int) throws -> Void

    let port: UInt16
    private let listener: CInt
    private let outcome = Locked<(done: Bool, error: String?)>((false, nil))

    /// - Parameter connections: How many connections the script is for; a further one is refused.
    init(connections: Int = 1, _ script: @escaping Script) throws {
        let (listener, port) = try Loopback.listen(backlog: 8)
        var limit = timeval(tv_sec: 15, tv_usec: 0)
        setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        self.listener = listener
        self.port = port
        let outcome = outcome
        Thread.detachNewThread {
            var failure: String?
            do {
                for index in 0..<connections {
                    let descriptor = accept(listener, nil, nil)
                    guard descriptor >= 0 else { throw PeerError(description: "nobody connected") }
                    try script(PeerConnection(adopting: descriptor), index)
                }
            } catch {
                failure = "\(error)"
            }
            close(listener)
            outcome.withLock { $0 = (true, failure) }
        }
    }

    var settings: ConnectionSettings {
        ConnectionSettings(
            endpoints: [BrokerEndpoint(host: "127.0.0.1", port: port)], virtualHost: "/pubsub",
            mechanism: .plain(username: "test", password: "test"))
    }

    /// Waits for the script's end, and fails the test if it threw.
    func finish() async throws {
        try await eventually("the script's end") { self.outcome.withLock { $0.done } }
        if let error = outcome.withLock({ $0.error }) { Issue.record("the broker's script: \(error)") }
    }
}

extension PeerConnection {
    /// Plays the broker until the connection is open.
    func acceptConnection(tuning: Tuning = Tuning(channelMax: 2047, frameMax: 131_072, heartbeat: 60)) throws {
        let header = try read(8)
        guard header == ConnectionStateMachine.protocolHeader else {
            throw PeerError(description: "protocol header \(header)")
        }
        try send(ConnectionStart(serverProperties: [:], mechanisms: "PLAIN EXTERNAL"))
        try expect(ConnectionStartOK.self)
        try send(ConnectionTune(tuning))
        try expect(ConnectionTuneOK.self)
        try expect(ConnectionOpen.self)
        try send(ConnectionOpenOK())
    }

    /// Plays the broker until messages can come.
    func acceptChannel() throws {
        try expect(ChannelOpen.self)
        try send(ChannelOpenOK(), channel: 1)
        try expect(ConfirmSelect.self)
        try send(ConfirmSelectOK(), channel: 1)
    }

    /// Takes a message.
    @discardableResult
    func acceptMessage() throws -> (publish: BasicPublish, body: [UInt8], frames: Int) {
        let publish = try expect(BasicPublish.self)
        let content = try expectContent()
        return (publish, content.body, content.frames)
    }

    /// Plays the broker's side of an orderly close.
    func acceptFarewell() throws {
        try expect(ChannelClose.self)
        try send(ChannelCloseOK(), channel: 1)
        try expect(ConnectionClose.self)
        try send(ConnectionCloseOK())
        try expectEnd()
    }
}

/// Waits until something is so; fails the test after a minute.
func eventually(_ what: String, _ condition: @Sendable () -> Bool) async throws {
    let limit = ContinuousClock.now + .seconds(60)
    while !condition() {
        guard ContinuousClock.now < limit else { throw PeerError(description: "waited in vain for \(what)") }
        try await Task.sleep(for: .milliseconds(2))
    }
}
