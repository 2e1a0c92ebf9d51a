import Testing

@testable import AMQP

/// A connection's state machine, someone to talk to it, and a clock that moves when told to.
struct Conversation {
    var machine: ConnectionStateMachine
    var output = OutputBuffer()
    var now = ContinuousClock.now

    static let settings = ConnectionSettings(
        endpoints: [BrokerEndpoint(host: "broker")], virtualHost: "/pubsub",
        mechanism: .plain(username: "test", password: "secret"))

    init(_ settings: ConnectionSettings = Self.settings) {
        machine = ConnectionStateMachine(settings: settings, now: now)
    }

    /// A conversation whose channel is open, with nothing left unsaid.
    static func open(_ settings: ConnectionSettings = Self.settings) throws -> Conversation {
        var conversation = Conversation(settings)
        conversation.machine.start(output: &conversation.output)
        #expect(try conversation.hear(Recorded.handshake).last == .ready)
        _ = conversation.takeOutput()
        return conversation
    }

    /// The broker says `bytes`, all at once; all of them must make whole frames.
    mutating func hear(_ bytes: [UInt8]) throws -> [ConnectionAction] {
        machine.received(now: now)
        var input = bytes[...]
        var actions: [ConnectionAction] = []
        while let action = machine.receive(&input, output: &output) { actions.append(action) }
        try #require(input.isEmpty || machine.state == .closed)
        return actions
    }

    /// What we said since the last time.
    mutating func takeOutput() -> [UInt8] {
        let bytes = Array(output.pending)
        output.consume(bytes.count)
        if !bytes.isEmpty { machine.sent(now: now) }
        return bytes
    }

    /// The same, in short.
    mutating func said() throws -> [String] {
        try summary(of: takeOutput())
    }

    /// Time passes; what is due is done.
    mutating func wait(_ duration: Duration) -> ConnectionAction {
        now += duration
        return machine.tick(now: now, output: &output)
    }
}
