import Testing

@testable import AMQP

@Suite("Connection: opening")
struct ConnectionOpeningTests {
    @Test
    func `the whole conversation that RabbitMQ had`() throws {
        var talk = Conversation()
        talk.machine.start(output: &talk.output)
        #expect(talk.takeOutput() == Array("AMQP".utf8) + [0, 0, 9, 1])
        #expect(try talk.hear(Recorded.start) == [.none])
        #expect(try talk.said() == ["10.11"])
        #expect(try talk.hear(Recorded.tune) == [.none])
        #expect(try talk.said() == ["10.31", "10.40"])
        #expect(try talk.hear(Recorded.openOK) == [.none])
        #expect(try talk.said() == ["1:20.10"])
        #expect(try talk.hear(Recorded.channelOpenOK) == [.none])
        #expect(try talk.said() == ["1:85.10"])
        #expect(!talk.machine.canPublish)
        #expect(try talk.hear(Recorded.selectOK) == [.ready])
        #expect(talk.machine.canPublish)
        #expect(try talk.said() == [])

        #expect(try talk.machine.publish(message(2), output: &talk.output) == 1)
        #expect(try talk.said() == ["1:60.40", "1:header", "1:body(2)"])
        #expect(try talk.hear(Recorded.ack) == [.confirmed(deliveryTag: 1, multiple: false)])

        #expect(try talk.machine.publish(message(0, exchange: "missing"), output: &talk.output) == 2)
        #expect(try talk.said() == ["1:60.40", "1:header"])
        let reason = CloseReason(
            code: 404, text: "NOT_FOUND - no exchange 'missing' in vhost '/pubsub'", method: BasicPublish.id)
        #expect(try talk.hear(Recorded.missingExchange) == [.channelClosed(reason)])
        #expect(!talk.machine.canPublish)
        #expect(try talk.said() == ["1:20.41", "1:20.10"])
        #expect(try talk.hear(Recorded.channelOpenOK + Recorded.selectOK) == [.none, .ready])
        #expect(try talk.said() == ["1:85.10"])
        #expect(try talk.machine.publish(message(1), output: &talk.output) == 1)
        _ = talk.takeOutput()

        #expect(talk.machine.close(output: &talk.output) == true)
        #expect(try talk.said() == ["1:20.40"])
        #expect(try talk.hear(frame(ChannelCloseOK(), channel: 1)) == [.none])
        #expect(try talk.said() == ["10.50"])
        #expect(try talk.hear(Recorded.closeOK) == [.farewell])
        #expect(talk.machine.state == .closed)
    }

    @Test
    func `the handshake ends the same, wherever its bytes are cut in two`() throws {
        let bytes = Recorded.handshake
        for cut in 0...bytes.count {
            var talk = Conversation()
            talk.machine.start(output: &talk.output)
            var buffer: [UInt8] = []
            var actions: [ConnectionAction] = []
            for piece in [bytes[..<cut], bytes[cut...]] {
                buffer += piece
                var input = buffer[...]
                while let action = talk.machine.receive(&input, output: &talk.output) { actions.append(action) }
                buffer = Array(input)
            }
            try #require(actions == [.none, .none, .none, .none, .ready], "cut at \(cut)")
            try #require(buffer.isEmpty)
        }
    }

    @Test
    func `byte by byte it ends the same, too`() throws {
        var talk = Conversation()
        talk.machine.start(output: &talk.output)
        var buffer: [UInt8] = []
        var actions: [ConnectionAction] = []
        for byte in Recorded.handshake {
            buffer.append(byte)
            var input = buffer[...]
            while let action = talk.machine.receive(&input, output: &talk.output) { actions.append(action) }
            buffer = Array(input)
        }
        #expect(actions.last == .ready)
        #expect(actions.count == 5)
    }

    @Test
    func `start-ok carries who we are and the mechanism's answer`() throws {
        var settings = Conversation.settings
        settings.connectionName = "gateway 1"
        settings.locale = "de_DE"
        settings.clientProperties["app"] = .longString("webhooks")
        var talk = Conversation(settings)
        talk.machine.start(output: &talk.output)
        _ = talk.takeOutput()
        _ = try talk.hear(Recorded.start)
        let sent = try #require(try frames(in: talk.takeOutput()).first)
        let answer = try MethodFrame(sent).decode(ConnectionStartOK.self)
        #expect(answer.mechanism == "PLAIN")
        #expect(answer.response == Array("\0test\0secret".utf8))
        #expect(answer.locale == "de_DE")
        #expect(answer.clientProperties["app"] == .longString("webhooks"))
        #expect(answer.clientProperties["connection_name"] == .longString("gateway 1"))
        #expect(answer.clientProperties["capabilities"] == .table(ConnectionSettings.capabilities))
        #expect(answer.clientProperties["product"] == .longString("webhook2fedmsg"))
    }

    @Test
    func `EXTERNAL answers with nothing; it must be on offer`() throws {
        var settings = Conversation.settings
        settings.mechanism = .external
        var talk = Conversation(settings)
        talk.machine.start(output: &talk.output)
        _ = talk.takeOutput()
        let start = ConnectionStart(serverProperties: [:], mechanisms: "PLAIN EXTERNAL")
        #expect(try talk.hear(frame(start)) == [.none])
        let sent = try #require(try frames(in: talk.takeOutput()).first)
        let answer = try MethodFrame(sent).decode(ConnectionStartOK.self)
        #expect(answer.mechanism == "EXTERNAL")
        #expect(answer.response.isEmpty)

        var refused = Conversation(settings)
        refused.machine.start(output: &refused.output)
        let failure = ConnectionFailure.mechanismNotOffered("EXTERNAL", offered: "PLAIN AMQPLAIN")
        #expect(try refused.hear(Recorded.start) == [.failed(failure)])
    }

    @Test(
        arguments: [
            ((2047, 131_072, 60), (2047, 131_072, 60), (2047, 131_072, 60)),
            ((2047, 131_072, 60), (10, 4096, 5), (10, 4096, 5)),
            ((5, 8192, 10), (2047, 131_072, 60), (5, 8192, 10)),
            ((2047, 131_072, 60), (0, 0, 0), (2047, 131_072, 60)),
            ((2047, 131_072, 0), (0, 0, 60), (2047, 131_072, 0)),
        ] as [((UInt16, UInt32, UInt16), (UInt16, UInt32, UInt16), (UInt16, UInt32, UInt16))])
    func `tuning takes the smaller of each, zero being no limit`(
        ours: (UInt16, UInt32, UInt16), theirs: (UInt16, UInt32, UInt16), agreed: (UInt16, UInt32, UInt16)
    ) throws {
        var settings = Conversation.settings
        (settings.channelMax, settings.frameMax, settings.heartbeat) = ours
        var talk = Conversation(settings)
        talk.machine.start(output: &talk.output)
        _ = try talk.hear(Recorded.start)
        _ = talk.takeOutput()
        let tune = ConnectionTune(Tuning(channelMax: theirs.0, frameMax: theirs.1, heartbeat: theirs.2))
        #expect(try talk.hear(frame(tune)) == [.none])
        let sent = try #require(try frames(in: talk.takeOutput()).first)
        let answer = try MethodFrame(sent).decode(ConnectionTuneOK.self)
        #expect(answer.tuning == Tuning(channelMax: agreed.0, frameMax: agreed.1, heartbeat: agreed.2))
        #expect(talk.machine.tuning == answer.tuning)
    }

    @Test
    func `a frame-max under 4096 is refused`() throws {
        var talk = Conversation()
        talk.machine.start(output: &talk.output)
        _ = try talk.hear(Recorded.start)
        let tune = ConnectionTune(Tuning(channelMax: 1, frameMax: 4095, heartbeat: 0))
        #expect(try talk.hear(frame(tune)) == [.failed(.frameMaxTooSmall(4095))])
    }

    @Test
    func `a broker of another version says so with its own header`() throws {
        var talk = Conversation()
        talk.machine.start(output: &talk.output)
        #expect(try talk.hear(Array("AMQP".utf8) + [0, 1, 0, 0]) == [.failed(.protocolVersion)])
    }

    @Test
    func `wrong credentials and a missing virtual host are a close with the broker's words`() throws {
        let reason = CloseReason(code: 403, text: "ACCESS_REFUSED - Login was refused")
        var talk = Conversation()
        talk.machine.start(output: &talk.output)
        _ = try talk.hear(Recorded.start)
        _ = talk.takeOutput()
        #expect(try talk.hear(frame(ConnectionClose(reason))) == [.closed(reason)])
        #expect(try talk.said() == ["10.51"])

        let missing = CloseReason(code: 530, text: "NOT_ALLOWED - vhost /nope not found", method: MethodID(10, 40))
        var second = Conversation()
        second.machine.start(output: &second.output)
        _ = try second.hear(Recorded.start + Recorded.tune)
        #expect(try second.hear(frame(ConnectionClose(missing))) == [.closed(missing)])
    }

    @Test
    func `client properties that RabbitMQ would refuse are refused here, with a reason`() throws {
        var settings = Conversation.settings
        settings.clientProperties["app"] = .longString(String(repeating: "x", count: 5000))
        var talk = Conversation(settings)
        talk.machine.start(output: &talk.output)
        guard case .failed(.settings(let text)) = try talk.hear(Recorded.start).first else {
            Issue.record("accepted")
            return
        }
        #expect(text.contains("over 4096"))
    }

    @Test(arguments: [
        Recorded.tune, Recorded.openOK, frame(ConnectionBlocked(reason: "x")), frame(ConnectionCloseOK()),
        frame(BasicAck(deliveryTag: 1, multiple: false), channel: 1), frame(.body, channel: 0, payload: []),
    ])
    func `what comes out of turn is refused`(bytes: [UInt8]) throws {
        var talk = Conversation()
        talk.machine.start(output: &talk.output)
        guard case .failed = try talk.hear(bytes).last else {
            Issue.record("accepted")
            return
        }
        #expect(talk.machine.state == .closed)
    }
}

@Suite("Connection: open")
struct ConnectionOpenTests {
    @Test
    func `acks and nacks come through, single and multiple`() throws {
        var talk = try Conversation.open()
        for _ in 0..<5 { _ = try talk.machine.publish(message(), output: &talk.output) }
        let acks =
            frame(BasicAck(deliveryTag: 2, multiple: true), channel: 1)
            + frame(BasicNack(deliveryTag: 4, multiple: false), channel: 1)
            + frame(BasicAck(deliveryTag: 0, multiple: true), channel: 1)
        #expect(
            try talk.hear(acks) == [
                .confirmed(deliveryTag: 2, multiple: true), .rejected(deliveryTag: 4, multiple: false),
                .confirmed(deliveryTag: 0, multiple: true),
            ])
    }

    @Test(arguments: [(0, false), (2, false), (2, true)])
    func `a confirm for what was never sent ends the connection`(tag: UInt64, multiple: Bool) throws {
        var talk = try Conversation.open()
        _ = try talk.machine.publish(message(), output: &talk.output)
        let ack = BasicAck(deliveryTag: tag, multiple: multiple)
        #expect(try talk.hear(frame(ack, channel: 1)) == [.failed(.unknownDeliveryTag(tag))])
    }

    @Test
    func `a returned message is told, and its content read past`() throws {
        var talk = try Conversation.open()
        _ = try talk.machine.publish(message(), output: &talk.output)
        let lost = BasicReturn(code: 312, text: "NO_ROUTE", exchange: "amq.topic", routingKey: "a.b")
        var header = OutputBuffer()
        try ContentHeader(bodySize: 5, properties: BasicProperties(messageID: "m")).encode(into: &header)
        let bytes =
            frame(lost, channel: 1) + frame(.header, channel: 1, payload: header.bytes)
            + frame(.body, channel: 1, payload: [1, 2, 3]) + heartbeatFrame + frame(.body, channel: 1, payload: [4, 5])
            + frame(BasicAck(deliveryTag: 1, multiple: false), channel: 1)
        #expect(
            try talk.hear(bytes) == [
                .returned(routingKey: "a.b"), .none, .none, .none, .none,
                .confirmed(deliveryTag: 1, multiple: false),
            ])
        let tooLong =
            frame(lost, channel: 1) + frame(.header, channel: 1, payload: header.bytes)
            + frame(.body, channel: 1, payload: [1, 2, 3, 4, 5, 6])
        #expect(try talk.hear(tooLong).last == .failed(.unexpectedFrame(kind: 3, channel: 1)))
    }

    @Test
    func `blocked and unblocked come through`() throws {
        var talk = try Conversation.open()
        let bytes = frame(ConnectionBlocked(reason: "low on memory")) + frame(ConnectionUnblocked())
        #expect(try talk.hear(bytes) == [.blocked(reason: "low on memory"), .unblocked])
    }

    @Test
    func `channel.flow pauses and is answered`() throws {
        var talk = try Conversation.open()
        #expect(try talk.hear(frame(ChannelFlow(active: false), channel: 1)) == [.none])
        #expect(!talk.machine.canPublish)
        #expect(try talk.said() == ["1:20.21"])
        #expect(try talk.hear(frame(ChannelFlow(active: true), channel: 1)) == [.none])
        #expect(talk.machine.canPublish)
    }

    @Test
    func `the broker's close is answered, and nothing counts behind it`() throws {
        var talk = try Conversation.open()
        let reason = CloseReason(code: 320, text: "CONNECTION_FORCED - broker forced connection closure")
        #expect(try talk.hear(frame(ConnectionClose(reason)) + [1, 2, 3]) == [.closed(reason)])
        #expect(try talk.said() == ["10.51"])
        #expect(!talk.machine.canPublish)
        #expect(talk.machine.deadline == nil)
    }

    @Test
    func `a frame over the negotiated size ends the connection`() throws {
        var talk = try Conversation.open()
        let bytes: [UInt8] = [1, 0, 1, 0, 2, 0, 0]
        #expect(
            try talk.hear(bytes) == [.failed(.codec(.frameTooLarge(size: 131_080, limit: 131_072)))])
    }

    @Test
    func `a close that crosses the broker's is carried through`() throws {
        var talk = try Conversation.open()
        _ = try talk.machine.publish(message(), output: &talk.output)
        #expect(talk.machine.close(output: &talk.output) == true)
        _ = talk.takeOutput()
        guard case .channelClosed = try talk.hear(Recorded.missingExchange).first else {
            Issue.record("not told")
            return
        }
        #expect(try talk.said() == ["1:20.41"])
        #expect(try talk.hear(frame(ChannelCloseOK(), channel: 1)) == [.none])
        #expect(try talk.said() == ["10.50"])
        // Behind our close, only its answer counts.
        #expect(try talk.hear(frame(ConnectionBlocked(reason: "x")) + heartbeatFrame) == [.none, .none])
        #expect(try talk.hear(Recorded.closeOK) == [.farewell])
    }

    @Test
    func `closing before the connection is open needs no answer`() throws {
        var talk = Conversation()
        talk.machine.start(output: &talk.output)
        _ = try talk.hear(Recorded.start)
        #expect(talk.machine.close(output: &talk.output) == false)
        #expect(talk.machine.state == .closed)
    }

    @Test
    func `numbers of any size in the broker's methods and headers never crash`() throws {
        let small: [UInt16] = [0, 1, .max >> 1, .max >> 1 + 1, .max - 1, .max]
        let large: [UInt32] = [0, 1, 4095, 4096, 1 << 31 - 1, 1 << 31, .max - 1, .max]
        for frameMax in large {
            for number in small {
                var talk = Conversation()
                talk.machine.start(output: &talk.output)
                _ = try talk.hear(Recorded.start)
                let tuning = Tuning(channelMax: number, frameMax: frameMax, heartbeat: number)
                _ = try talk.hear(frame(ConnectionTune(tuning)))
                if talk.machine.state == .closed { continue }
                #expect(ConnectionStateMachine.frameMaxRange.contains(talk.machine.tuning.frameMax))
                _ = try talk.hear(Recorded.openOK + Recorded.channelOpenOK + Recorded.selectOK)
                _ = try talk.machine.publish(message(9000), output: &talk.output)
                _ = talk.machine.deadline
                talk.now += .seconds(1_000_000)
                _ = talk.machine.tick(now: talk.now, output: &talk.output)
            }
        }
        let sizes: [UInt64] = [0, 1, 5, 1 << 63 - 1, 1 << 63, .max - 1, .max]
        for size in sizes {
            var talk = try Conversation.open()
            let returned = BasicReturn(
                code: .max, text: "NO_ROUTE", exchange: "amq.topic", routingKey: "a.b")
            var header = OutputBuffer()
            try ContentHeader(bodySize: size, properties: BasicProperties()).encode(into: &header)
            let content = frame(.header, channel: 1, payload: header.bytes)
            let body = frame(.body, channel: 1, payload: [1, 2, 3, 4, 5])
            var input = (frame(returned, channel: 1) + content + body + body)[...]
            while talk.machine.receive(&input, output: &talk.output) != nil {}
        }
        // A frame's size, and lengths inside of one.
        for size in large {
            let bytes: [UInt8] = (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) }
            for kind: UInt8 in [1, 2, 3, 8] {
                var input = ([kind, 0, 1] + bytes)[...]
                _ = try? Frame.next(in: &input, limit: .max)
            }
            for type in "tbBsUuIilLfdDTSxAFV".utf8 {
                var reader = WireReader(([type] + bytes + bytes)[...])
                _ = try? reader.fieldValue()
            }
            var reader = WireReader(bytes[...])
            #expect(throws: (any Error).self) { if try reader.longString().isEmpty { throw CodecError.truncated } }
        }
    }

    @Test
    func `random bytes and broken recordings never crash`() throws {
        var random = SeededGenerator(seed: 42)
        let rest =
            Recorded.missingExchange + Recorded.channelOpenOK + Recorded.selectOK
            + frame(ConnectionBlocked(reason: "x")) + heartbeatFrame
        var failures = 0
        for round in 0..<1_500 {
            var talk = Conversation()
            talk.machine.start(output: &talk.output)
            var bytes = Recorded.handshake + rest
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            if round % 5 == 0 { bytes = Recorded.handshake + random.bytes(60) }
            var input = bytes[...]
            while let action = talk.machine.receive(&input, output: &talk.output) {
                if case .failed = action { failures += 1 }
                if talk.machine.canPublish { _ = try talk.machine.publish(message(), output: &talk.output) }
            }
        }
        #expect(failures > 500)
    }
}

@Suite("Connection: heartbeats")
struct HeartbeatTests {
    @Test
    func `one is sent when nothing was for half the interval, and only then`() throws {
        var talk = try Conversation.open()
        #expect(talk.machine.deadline == talk.now + .seconds(30))
        #expect(talk.wait(.seconds(29)) == .none)
        #expect(try talk.said() == [])
        #expect(talk.wait(.seconds(1)) == .none)
        #expect(try talk.said() == ["heartbeat"])
        // A publish does as well.
        #expect(talk.wait(.seconds(20)) == .none)
        _ = try talk.hear(heartbeatFrame)
        _ = try talk.machine.publish(message(), output: &talk.output)
        _ = talk.takeOutput()
        #expect(talk.wait(.seconds(29)) == .none)
        #expect(try talk.said() == [])
        #expect(talk.wait(.seconds(1)) == .none)
        #expect(try talk.said() == ["heartbeat"])
    }

    @Test
    func `two intervals of silence are the end`() throws {
        var talk = try Conversation.open()
        #expect(talk.wait(.seconds(60)) == .none)
        #expect(try talk.hear(heartbeatFrame) == [.none])
        #expect(talk.wait(.milliseconds(119_999)) == .none)
        #expect(talk.wait(.milliseconds(1)) == .failed(.silent))
        #expect(talk.machine.state == .closed)
    }

    @Test
    func `zero switches both off`() throws {
        var settings = Conversation.settings
        settings.heartbeat = 0
        var talk = try Conversation.open(settings)
        #expect(talk.machine.deadline == nil)
        #expect(talk.wait(.seconds(10_000)) == .none)
        #expect(try talk.said() == [])
    }

    @Test
    func `a heartbeat has no payload and belongs to channel 0`() throws {
        var talk = try Conversation.open()
        #expect(try talk.hear(frame(.heartbeat, channel: 0, payload: [1])) == [.failed(.codec(.trailingBytes(1)))])
        var second = try Conversation.open()
        #expect(
            try second.hear(frame(.heartbeat, channel: 1, payload: []))
                == [.failed(.unexpectedFrame(kind: 8, channel: 1))])
    }
}
