import TestSupport
import Testing

@testable import AMQP

/// The time that a broker's words take grows with their length, whatever they are.
@Suite struct GrowthTests {
    private static func table(_ count: Int, _ value: (Int) -> FieldValue) -> FieldTable {
        FieldTable((0..<count).map { FieldTable.Entry(name: "k\($0)", value: value($0)) })
    }

    private static let tables: [(name: String, table: @Sendable (Int) -> FieldTable)] = [
        ("keys", { table($0) { .int32(Int32($0)) } }),
        ("texts", { table($0) { _ in .longString("text") } }),
        ("tables", { table($0) { _ in .table(table(1) { _ in .bool(true) }) } }),
        ("a long text", { size in table(1) { _ in .longString(String(repeating: "\u{301}\u{316}", count: size)) } }),
    ]

    /// The properties that a broker introduces itself with.
    @Test(arguments: tables.indices) func `properties`(_ index: Int) {
        let ratio = Growth.ratio(
            from: 100,
            { frame(ConnectionStart(serverProperties: Self.tables[index].table($0), mechanisms: "PLAIN")) },
            { bytes in
                var input = bytes[...]
                if let frame = try? Frame.next(in: &input, limit: .max), let method = try? MethodFrame(frame) {
                    #expect((try? method.decode(ConnectionStart.self)) != nil)
                }
            })
        #expect(ratio <= Growth.limit, "\(Self.tables[index].name)")
    }

    /// Fields within fields, as deep as they may be and deeper.
    @Test(arguments: [UInt8(ascii: "F"), UInt8(ascii: "A")]) func `depth`(_ kind: UInt8) {
        func nested(_ size: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            // Each says that all that follows is in it.
            for level in 0..<size {
                let rest = UInt32(max(0, (size - level - 1) * (kind == UInt8(ascii: "F") ? 7 : 5)))
                if kind == UInt8(ascii: "F"), level > 0 { bytes += [1, 0x61] }
                bytes.append(kind)
                bytes += (0..<4).map { UInt8(truncatingIfNeeded: rest >> (24 - 8 * $0)) }
            }
            return bytes
        }
        let ratio = Growth.ratio(from: 1000, nested) { bytes in
            var reader = WireReader(bytes[...])
            _ = try? reader.fieldValue()
        }
        #expect(ratio <= Growth.limit)
    }

    /// A channel that is open, and what the broker says on it in one piece or byte by byte.
    @Test(arguments: [1, 1 << 20]) func `conversations`(_ step: Int) throws {
        let words: [@Sendable (Int) -> [UInt8]] = [
            { (0..<$0).flatMap { _ in heartbeatFrame } },
            { (0..<$0).flatMap { frame(ChannelFlow(active: $0.isMultiple(of: 2)), channel: 1) } },
            { (0..<$0).flatMap { _ in frame(ConnectionBlocked(reason: "memory")) } },
        ]
        for word in words {
            let ratio = try Growth.ratio(from: 50, word) { bytes in
                let talk = SessionTalk.open()
                var input: [UInt8] = []
                for start in stride(from: 0, to: bytes.count, by: step) {
                    input += bytes[start..<min(start + step, bytes.count)]
                    var rest = input[...]
                    while talk.session.receive(&rest, now: talk.now, settle: { _, _ in }) != nil {}
                    input = Array(rest)
                }
                try #require(input.isEmpty)
            }
            #expect(ratio <= Growth.limit)
        }
    }

    /// Confirms in order, in the opposite order, all at once, and of the last before the rest.
    @Test(arguments: 0..<4) func `confirms`(_ order: Int) {
        let ratio = Growth.ratio(from: 100, { $0 }) { count in
            var window = PublishWindow<Int>(maximumMessages: .max, maximumBytes: .max, timeout: .seconds(5))
            let now = ContinuousClock.now
            for tag in 1...count { window.append(tag: UInt64(tag), message(), waiter: tag, now: now) }
            switch order {
            case 0: for tag in 1...count { _ = window.settle(tag: UInt64(tag), multiple: false) { _ in } }
            case 1: for tag in (1...count).reversed() { _ = window.settle(tag: UInt64(tag), multiple: false) { _ in } }
            case 2: for tag in 1...count { _ = window.settle(tag: UInt64(tag), multiple: true) { _ in } }
            default: for _ in 1...count { _ = window.settle(tag: UInt64(count), multiple: false) { _ in } }
            }
        }
        #expect(ratio <= Growth.limit)
    }
}
