@testable import AMQP

extension FuzzTarget {
    /// What a broker sends, as bytes: frames, methods, properties and tables, and a connection that gets them in pieces.
    static let wire = FuzzTarget(
        "wire",
        words: [
            "\u{1}\0\u{1}\0\0\0", "\0<\0P", "\0<\0x", "\0<\u{0}2", "\0\u{14}\0(", "\0\u{A}\u{0}2", "\0\u{A}\0<",
            "F\0\0\0", "A\0\0\0",
            "S\0\0\0", "AMQP", "PLAIN",
        ]
    ) { input, isPlanted in
        switch input.number(below: 4) {
        case 0: try checkConnection(&input)
        case 1: try checkMethod(&input)
        case 2:
            try checkTwice(
                input.remainder(), { (reader: inout WireReader) throws(CodecError) in try reader.table() },
                { (table, output) throws(MessageEncodingError) in
                    try output.append(table: isPlanted ? Self.faulty(table) : table)
                })
        default:
            try checkTwice(
                input.remainder(),
                { (reader: inout WireReader) throws(CodecError) in
                    ContentHeader(
                        bodySize: try ContentHeader.bodySize(from: &reader),
                        properties: try BasicProperties(from: &reader))
                },
                { (header, output) throws(MessageEncodingError) in try header.encode(into: &output) })
        }
    }

    /// What was read, and is written and read again, is the same.
    private static func checkTwice<Value>(
        _ bytes: [UInt8], _ read: (inout WireReader) throws(CodecError) -> Value,
        _ write: (Value, inout OutputBuffer) throws(MessageEncodingError) -> Void
    ) throws {
        var reader = WireReader(bytes[...])
        guard let value = try? read(&reader) else { return }
        var first = OutputBuffer()
        // A text that was mended may be longer than it may be.
        guard (try? write(value, &first)) != nil else { return }
        var again = WireReader(first.bytes[...])
        do {
            let same = try read(&again)
            try again.finish()
            // As text, for there are numbers that are not equal to themselves.
            try require("\(same)" == "\(value)", "\(value) was written and read as \(same)")
        } catch let error as CodecError {
            throw Finding("\(shown(bytes)) was written as \(shown(first.bytes)), which is \(error)")
        }
    }

    private static func checkMethod(_ input: inout FuzzInput) throws {
        func check<Method: AMQPMethod>(_ method: Method.Type) throws {
            try checkTwice(
                input.remainder(), { (reader: inout WireReader) throws(CodecError) in try Method(from: &reader) },
                { (method, output) throws(MessageEncodingError) in try method.encode(into: &output) })
        }
        let methods: [any AMQPMethod.Type] = [
            ConnectionStart.self, ConnectionStartOK.self, ConnectionTune.self, ConnectionOpen.self,
            ConnectionClose.self,
            ConnectionBlocked.self, ChannelOpen.self, ChannelClose.self, ChannelFlow.self, ExchangeDeclare.self,
            BasicPublish.self, BasicReturn.self, BasicAck.self, BasicNack.self, ConfirmSelect.self,
        ]
        try check(methods[input.number(below: methods.count)])
    }

    /// The fault that is planted: a table within another loses its last entry if that is true, behind a number that needs two
    /// bytes.
    private static func faulty(_ table: FieldTable) -> FieldTable {
        let isLong = table.entries.contains { if case .uint16(let number) = $0.value { number > 255 } else { false } }
        return FieldTable(
            table.entries.map { entry in
                guard isLong, case .table(let inner) = entry.value, inner.entries.last?.value == .bool(true) else {
                    return entry
                }
                return FieldTable.Entry(name: entry.name, value: .table(FieldTable(inner.entries.dropLast())))
            })
    }

    /// A connection does the same however its bytes are cut.
    private static func checkConnection(_ input: inout FuzzInput) throws {
        let opens = input.number(below: 4) != 0
        var ahead = input
        _ = ahead.cuts(of: 0)
        let greeting = opens ? Self.greeting : []
        let cuts = input.cuts(of: greeting.count + ahead.remainder().count)
        let bytes = greeting + input.remainder()
        let whole = Heard(pieces(of: bytes, cutAt: []))
        let cut = Heard(pieces(of: bytes, cutAt: cuts))
        try require(
            whole.actions == cut.actions && whole.said == cut.said,
            "cut at \(cuts): \(cut.actions), whole: \(whole.actions)")
    }

    /// All that a broker says until messages can come.
    private static let greeting: [UInt8] = {
        var output = OutputBuffer()
        try? output.append(
            method: ConnectionStart(serverProperties: ["a": .bool(true)], mechanisms: "PLAIN"), channel: 0)
        output.append(simple: ConnectionTune(Tuning(channelMax: 4, frameMax: 8192, heartbeat: 60)), channel: 0)
        output.append(simple: ConnectionOpenOK(), channel: 0)
        output.append(simple: ChannelOpenOK(), channel: 1)
        output.append(simple: ConfirmSelectOK(), channel: 1)
        return output.bytes
    }()

    private struct Heard {
        var actions: [ConnectionAction] = []
        var said: [UInt8] = []

        init(_ pieces: [ArraySlice<UInt8>]) {
            let settings = ConnectionSettings(
                endpoints: [BrokerEndpoint(host: "broker")], mechanism: .plain(username: "a", password: "b"))
            var machine = ConnectionStateMachine(settings: settings, now: .now)
            var output = OutputBuffer()
            machine.start(output: &output)
            var waiting: [UInt8] = []
            for piece in pieces {
                waiting += piece
                var rest = waiting[...]
                while let action = machine.receive(&rest, output: &output) {
                    if action != .none { actions.append(action) }
                }
                waiting = Array(rest)
            }
            said = output.bytes
        }
    }
}
