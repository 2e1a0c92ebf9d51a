import Testing

@testable import AMQP

/// The bytes of a method frame.
func frame(_ method: some AMQPMethod, channel: UInt16 = 0) -> [UInt8] {
    var output = OutputBuffer()
    do throws(MessageEncodingError) {
        try output.append(method: method, channel: channel)
    } catch {
        Issue.record(error)
    }
    return output.bytes
}

/// The bytes of any frame.
func frame(_ kind: Frame.Kind, channel: UInt16, payload: [UInt8]) -> [UInt8] {
    var output = OutputBuffer()
    let start = output.beginFrame(kind, channel: channel)
    output.append(payload)
    output.endFrame(start)
    return output.bytes
}

let heartbeatFrame: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 0xCE]

/// All frames in `bytes`; a remainder that is no frame fails the test.
func frames(in bytes: some Sequence<UInt8>, limit: Int = 1 << 24) throws -> [Frame] {
    var input = Array(bytes)[...]
    var frames: [Frame] = []
    while let frame = try Frame.next(in: &input, limit: limit) { frames.append(frame) }
    try #require(input.isEmpty)
    return frames
}

/// Frames in short: `10.31`, `1:60.40`, `1:header`, `1:body(5)`, `heartbeat`.
func summary(of bytes: some Sequence<UInt8>) throws -> [String] {
    try frames(in: bytes).map { frame in
        let channel = frame.channel == 0 ? "" : "\(frame.channel):"
        switch frame.kind {
        case .method: return channel + "\(try MethodFrame(frame).id)"
        case .header: return channel + "header"
        case .body: return channel + "body(\(frame.payload.count))"
        case .heartbeat: return channel + "heartbeat"
        }
    }
}

/// A message of so many bytes.
func message(_ size: Int = 5, key: String = "a.b", exchange: String = "amq.topic") -> OutgoingMessage {
    OutgoingMessage(
        exchange: exchange, routingKey: key,
        properties: BasicProperties(contentType: "application/json", deliveryMode: 2, messageID: "m"),
        body: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) })
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        // SplitMix64
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
