import EventLoop

/// Sending answers, and what comes after them.
extension HTTPConnection {
    /// The outcome of writing a response.
    struct Sent {
        var bytes: Int
        /// A Boolean value that indicates whether the kernel took all of it.
        var isComplete: Bool
    }

    /// The fate of the connection after a response.
    enum Afterwards {
        /// The next request is next.
        case keep
        /// A small rest of the body comes first, and is thrown away.
        case drain
        /// Nothing more is expected.
        case close
        /// The peer may still be sending: were the socket closed now, the reset could destroy the answer.
        case linger
        /// Somebody else needs its place, and it has stalled: nothing is waited for.
        case leave

        var keepsConnection: Bool {
            switch self {
            case .keep, .drain: true
            case .close, .linger, .leave: false
            }
        }
    }

    /// Bytes of an answer that the peer has to take to be no stalled one.
    private static let answerStep = 64 * 1024
    /// The most memory that a loop keeps for writing answers, in bytes.
    private static let keptOutput = 64 * 1024

    /// Writes an answer, in one write where the socket has room.
    func send(_ response: ServerResponse, _ encoding: ResponseEncoder.Context) async -> Sent {
        context.output.removeAll(keepingCapacity: true)
        ResponseEncoder.append(response, encoding, to: &context.output)
        let count = context.output.count
        var rest: [UInt8] = []
        do {
            let taken = try context.output.withUnsafeBytes { try stream.writeNow($0) }
            if taken < count { rest = Array(context.output[taken...]) }
        } catch {
            return Sent(bytes: 0, isComplete: false)
        }
        if context.output.capacity > Self.keptOutput { context.output = [] }
        return Sent(bytes: count, isComplete: rest.isEmpty ? true : await write(rest))
    }

    /// Writes bytes within the time for that, and not beyond `end`. Whoever does not take them can make room for others.
    /// - Returns: whether the kernel took all.
    func write(_ bytes: [UInt8], until end: ContinuousClock.Instant? = nil) async -> Bool {
        // Somebody else waits for the place of a connection that has to leave.
        let time = peer.leaves == nil ? limits.writeTimeout : min(Self.firstChance, limits.writeTimeout)
        let limit = ContinuousClock.now + time
        stream.deadline = end.map { min($0, limit) } ?? limit
        context.waiting.add(peer, .answer)
        defer { context.waiting.remove(peer) }
        do throws(StreamError) {
            var rest = bytes[...]
            while !rest.isEmpty {
                try await stream.write(Array(rest.prefix(Self.answerStep)))
                rest = rest.dropFirst(Self.answerStep)
                context.waiting.renew(peer)
            }
            return true
        } catch {
            return false
        }
    }

    /// - Returns: whether the connection goes on.
    func finish(_ exchange: HTTPExchange, _ afterwards: Afterwards) async -> Bool {
        switch afterwards {
        case .keep:
            return true
        case .drain:
            return await drain(exchange)
        case .close where stream is TLSStream:
            // The peer's own word of the end (close_notify) is still to come: unread, it would make the close a reset.
            await linger()
            return false
        case .close:
            stream.shutdownWrite()
            return false
        case .linger:
            await linger()
            return false
        case .leave:
            return false
        }
    }

    /// Throws away the rest of a body, which is known to be small.
    private func drain(_ exchange: HTTPExchange) async -> Bool {
        var allowance = LingerAllowance(limits, now: .now)
        context.waiting.add(peer, .body)
        defer { context.waiting.remove(peer) }
        do {
            while !exchange.incoming.isComplete {
                guard let deadline = allowance.deadline, peer.leaves == nil else { return false }
                stream.deadline = deadline
                let count = try await read()
                guard count > 0 else { return false }
                allowance.received(count, now: .now)
                try exchange.incoming.discard(from: &buffer)
            }
            return true
        } catch {
            return false
        }
    }

    /// Says that nothing more is sent, and reads until the peer says so too (RFC 9112 section 9.6), within bounds.
    /// - Parameter time: the most that it takes, if that is less than otherwise.
    func linger(atMost time: Duration? = nil) async {
        stream.shutdownWrite()
        // Somebody else waits for the place of a connection that has to leave.
        let leaves = peer.leaves != nil
        var allowance = LingerAllowance(limits, now: .now, atMost: leaves ? Self.firstChance : time)
        allowance.received(buffer.readableBytes, now: .now)
        buffer.consume(buffer.readableBytes)
        buffer.releaseIfEmpty()
        context.waiting.add(peer, .end)
        defer { context.waiting.remove(peer) }
        while let deadline = allowance.deadline, leaves || peer.leaves == nil {
            stream.deadline = deadline
            // Time is up, the peer is gone, or the server stops: in each case there is nothing to wait for.
            guard let count = try? await read(), count > 0 else { return }
            buffer.consume(count)
            allowance.received(count, now: .now)
        }
    }
}

extension HTTPExchange {
    /// Ends the exchange: lets go of what it holds of the buffer, throws away what has come of an unread body, and
    /// says what is to become of the connection.
    func settle() -> HTTPConnection.Afterwards {
        body = .over
        guard !isCutOff else { return .leave }
        let waited = isWaitingForContinue
        do throws(RequestFault) {
            try incoming.discard(from: &connection.buffer)
        } catch {
            return .linger
        }
        let limits = connection.limits
        let mayKeep =
            head.keepAlive && !mustClose && !waited && !connection.context.isDraining && connection.peer.leaves == nil
            && connection.served < limits.maxRequestsPerConnection
        if incoming.isComplete {
            if mayKeep { return .keep }
            // Who wanted to go on may have sent its next request already.
            return head.keepAlive || mustClose || !connection.buffer.isEmpty ? .linger : .close
        }
        guard mayKeep, let rest = incoming.knownRest, rest <= limits.drainBytes else { return .linger }
        return .drain
    }
}
