import Testing

@testable import AMQP

@Suite("Frames")
struct FrameTests {
    @Test
    func `a frame is taken off whole, with its channel and payload`() throws {
        var input = frame(.body, channel: 0x0102, payload: [1, 2, 3])[...]
        input.append(99)
        let taken = try #require(try Frame.next(in: &input, limit: 4096))
        #expect(taken == Frame(kind: .body, channel: 0x0102, payload: [1, 2, 3]))
        #expect(Array(input) == [99])
    }

    @Test
    func `an unfinished frame is waited for and nothing is taken`() throws {
        let bytes = frame(ConnectionBlocked(reason: "low on memory"))
        for count in 0..<bytes.count {
            var input = bytes[..<count]
            #expect(try Frame.next(in: &input, limit: 4096) == nil)
            #expect(input.count == count)
        }
    }

    @Test
    func `what is certainly wrong is refused at once`() {
        var type: ArraySlice<UInt8> = [4]
        #expect(throws: CodecError.unknownFrameType(4)) { try Frame.next(in: &type, limit: 4096) }
        // The size stands in the header; none of the payload has to come.
        var size: ArraySlice<UInt8> = [1, 0, 1, 0, 0, 0x0F, 0xF9]
        #expect(throws: CodecError.frameTooLarge(size: 4097, limit: 4096)) { try Frame.next(in: &size, limit: 4096) }
        var end: ArraySlice<UInt8> = [8, 0, 0, 0, 0, 0, 0, 0xCD]
        #expect(throws: CodecError.badFrameEnd(0xCD)) { try Frame.next(in: &end, limit: 4096) }
    }

    @Test
    func `a frame of exactly the limit passes`() throws {
        var input = frame(.body, channel: 1, payload: [UInt8](repeating: 0, count: 4088))[...]
        #expect(try Frame.next(in: &input, limit: 4096)?.payload.count == 4088)
    }

    @Test
    func `random bytes never crash`() {
        var random = SeededGenerator(seed: 1)
        var refused = 0
        for _ in 0..<10_000 {
            var bytes = random.bytes(Int.random(in: 0..<40, using: &random))
            if Bool.random(using: &random), bytes.count > 7 {
                bytes.replaceSubrange(0..<6, with: [1, 0, 1, 0, 0, 0])
            }
            var input = bytes[...]
            do { while try Frame.next(in: &input, limit: 4096) != nil {} } catch { refused += 1 }
        }
        #expect(refused > 1000)
    }
}

@Suite("Methods and content")
struct MethodTests {
    /// Encodes, decodes, compares; and refuses every cut and any byte too many.
    private func check<Method: AMQPMethod>(_ method: Method) throws {
        let bytes = frame(method)
        let taken = try #require(try frames(in: bytes).first)
        let decoded = try MethodFrame(taken)
        #expect(decoded.id == Method.id)
        #expect(try decoded.decode(Method.self) == method)
        let arguments = taken.payload.dropFirst(4)
        for count in 0..<arguments.count {
            #expect(throws: CodecError.self) { try Method.decodeAll(WireReader(arguments.prefix(count))) }
        }
        #expect(throws: CodecError.trailingBytes(1)) { try Method.decodeAll(WireReader(arguments + [0])) }
    }

    @Test
    func `every method survives a round trip, and lengths are strict`() throws {
        let reason = CloseReason(code: 404, text: "NOT_FOUND - no exchange 'x'", method: BasicPublish.id)
        try check(ConnectionStart(serverProperties: FieldTests.everything, mechanisms: "PLAIN EXTERNAL"))
        try check(
            ConnectionStartOK(
                clientProperties: ConnectionSettings.capabilities, mechanism: "PLAIN", response: [0, 97, 0, 98]))
        try check(ConnectionTune(Tuning(channelMax: 2047, frameMax: 131_072, heartbeat: 60)))
        try check(ConnectionTuneOK(Tuning(channelMax: 1, frameMax: 4096, heartbeat: 0)))
        try check(ConnectionOpen(virtualHost: "/pubsub"))
        try check(ConnectionOpenOK())
        try check(ConnectionClose(reason))
        try check(ConnectionCloseOK())
        try check(ConnectionBlocked(reason: "low on disk"))
        try check(ConnectionUnblocked())
        try check(ChannelOpen())
        try check(ChannelOpenOK())
        try check(ChannelFlow(active: true))
        try check(ChannelFlowOK(active: false))
        try check(ChannelClose(reason))
        try check(ChannelCloseOK())
        try check(ConfirmSelect())
        try check(ConfirmSelectOK())
        try check(BasicPublish(exchange: "amq.topic", routingKey: "a.b"))
        try check(BasicReturn(code: 312, text: "NO_ROUTE", exchange: "e", routingKey: "k"))
        try check(BasicAck(deliveryTag: 1 << 40, multiple: true))
        try check(BasicNack(deliveryTag: 3, multiple: false))
    }

    @Test
    func `basic.publish is what pika sends for the same message`() throws {
        var output = OutputBuffer()
        try output.append(
            publish: OutgoingMessage(
                exchange: "amq.topic", routingKey: "k",
                properties: BasicProperties(
                    contentType: "application/json", contentEncoding: "utf-8",
                    headers: ["sent-at": .longString("t"), "priority": .int32(0)], deliveryMode: 2, messageID: "id"),
                body: Array("{}".utf8)),
            channel: 1, frameMax: 4096)
        let method: [UInt8] =
            [1, 0, 1, 0, 0, 0, 19, 0, 60, 0, 40, 0, 0, 9] + Array("amq.topic".utf8) + [1, 107, 0, 0xCE]
        let headers: [UInt8] =
            [7] + Array("sent-at".utf8) + [83, 0, 0, 0, 1, 116, 8] + Array("priority".utf8) + [73, 0, 0, 0, 0]
        let properties: [UInt8] =
            [0xF0, 0x80, 16] + Array("application/json".utf8) + [5] + Array("utf-8".utf8)
            + [0, 0, 0, UInt8(headers.count)] + headers + [2, 2] + Array("id".utf8)
        let header: [UInt8] =
            [2, 0, 1, 0, 0, 0, UInt8(12 + properties.count), 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2] + properties + [0xCE]
        #expect(output.bytes == method + header + [3, 0, 1, 0, 0, 0, 2, 123, 125, 0xCE])
    }

    @Test
    func `all properties survive a round trip; a third of flags is refused`() throws {
        var all = BasicProperties(
            contentType: "a", contentEncoding: "b", headers: FieldTests.everything, deliveryMode: 2, priority: 9,
            messageID: "m")
        all.correlationID = "c"
        all.replyTo = "r"
        all.expiration = "60000"
        all.timestamp = 1_700_000_000
        all.type = "t"
        all.userID = "u"
        all.appID = "app"
        all.clusterID = "k"
        for properties in [all, BasicProperties()] {
            var output = OutputBuffer()
            try ContentHeader(bodySize: 77, properties: properties).encode(into: &output)
            #expect(
                try ContentHeader(payload: output.bytes[...]) == ContentHeader(bodySize: 77, properties: properties))
            #expect(throws: CodecError.self) { try ContentHeader(payload: output.bytes.dropLast()) }
            #expect(throws: CodecError.trailingBytes(1)) { try ContentHeader(payload: output.bytes[...] + [0]) }
        }
        let continued: [UInt8] = [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        #expect(throws: CodecError.badContentHeader) { try ContentHeader(payload: continued[...]) }
        let otherClass: [UInt8] = [0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(throws: CodecError.badContentHeader) { try ContentHeader(payload: otherClass[...]) }
    }

    @Test(arguments: [0, 1, 4087, 4088, 4089, 8176, 8177, 100_000])
    func `bodies are split at frame-max and come together again`(size: Int) throws {
        var output = OutputBuffer()
        let message = message(size)
        try output.append(publish: message, channel: 1, frameMax: 4096)
        let parts = try frames(in: output.bytes, limit: 4096)
        #expect(parts.count == 2 + (size + 4087) / 4088)
        #expect(try ContentHeader(payload: parts[1].payload).bodySize == UInt64(size))
        #expect(parts.dropFirst(2).allSatisfy { $0.kind == .body && !$0.payload.isEmpty })
        #expect(Array(parts.dropFirst(2).map(\.payload).joined()) == message.body)
    }

    @Test
    func `a message that cannot be encoded leaves nothing behind`() throws {
        var output = OutputBuffer()
        try output.append(publish: message(), channel: 1, frameMax: 4096)
        let before = output.bytes
        let long = String(repeating: "k", count: 256)
        #expect(throws: MessageEncodingError.shortStringTooLong(bytes: 256)) {
            try output.append(publish: message(key: long), channel: 1, frameMax: 4096)
        }
        #expect(throws: MessageEncodingError.shortStringTooLong(bytes: 256)) {
            try output.append(publish: message(exchange: long), channel: 1, frameMax: 4096)
        }
        var headers = message()
        headers.properties.headers = [long: .bool(true)]
        #expect(throws: MessageEncodingError.shortStringTooLong(bytes: 256)) {
            try output.append(publish: headers, channel: 1, frameMax: 4096)
        }
        headers.properties.headers = ["big": .bytes([UInt8](repeating: 0, count: 5000))]
        #expect(throws: MessageEncodingError.self) {
            try output.append(publish: headers, channel: 1, frameMax: 4096)
        }
        #expect(output.bytes == before)
    }
}

@Suite("Output buffer")
struct OutputBufferTests {
    @Test
    func `what the socket took is gone, the rest stays in order`() {
        var output = OutputBuffer()
        output.append([1, 2, 3, 4, 5])
        output.consume(2)
        output.append([6])
        #expect(Array(output.pending) == [3, 4, 5, 6])
        #expect(output.withPending { Array($0) } == [3, 4, 5, 6])
        output.consume(4)
        #expect(output.pendingCount == 0)
        #expect(output.bytes.isEmpty)
    }

    @Test
    func `sent bytes do not pile up before the pending ones, and a burst's memory is given back`() {
        var output = OutputBuffer()
        let block = [UInt8](repeating: 7, count: 1 << 20)
        output.append([1])
        for _ in 0..<32 {
            output.append(block)
            output.consume(1 << 20)
        }
        #expect(Array(output.pending) == [7])
        #expect(output.bytes.count <= 2 << 20 + 1)
        output.consume(1)
        #expect(output.bytes.capacity <= OutputBuffer.retainedCapacity)
    }
}
