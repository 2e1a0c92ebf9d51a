import EventLoop

/// Receiving the body. What is here runs in the connection's task, on its loop.
extension HTTPExchange {
    private var limits: HTTPServerLimits { connection.context.limits }

    func receiveBody(
        limit: Int, until deadline: ContinuousClock.Instant?
    ) async throws(HTTPError) -> ArraySlice<UInt8> {
        switch incoming.framing {
        case .complete: return []
        case .length(let length): return try await receive(length: length, limit: limit, until: deadline)
        case .chunked: return try await receiveChunks(limit: limit, until: deadline)
        }
    }

    /// A body of known length grows in the read buffer, in place, with what really comes.
    private func receive(
        length: Int, limit: Int, until end: ContinuousClock.Instant?
    ) async throws(HTTPError) -> ArraySlice<UInt8> {
        guard length <= limit else { throw .bodyTooLarge(limit: limit) }
        if connection.buffer.readableBytes < length {
            var deadline = newDeadline(end)
            defer { connection.context.waiting.remove(connection.peer) }
            while connection.buffer.readableBytes < length {
                let received = connection.buffer.readableBytes
                try await readMore(received, min(length - received, ReadBuffer.readSize), &deadline)
            }
        }
        charge(length)
        let bytes = connection.buffer.readable.prefix(length)
        connection.buffer.consume(length)
        incoming.finish()
        return bytes
    }

    /// A chunked body is put together in memory of its own.
    private func receiveChunks(
        limit: Int, until end: ContinuousClock.Instant?
    ) async throws(HTTPError) -> ArraySlice<UInt8> {
        incoming.limitChunks(limits, to: limit)
        var bytes: [UInt8] = []
        var deadline = newDeadline(end)
        defer { connection.context.waiting.remove(connection.peer) }
        while true {
            do throws(RequestFault) {
                while try incoming.takeChunk(from: &connection.buffer, into: &bytes) {}
            } catch {
                mustClose = true
                throw error == .bodyTooLarge ? .bodyTooLarge(limit: limit) : HTTPError(error)
            }
            charge(bytes.count)
            if incoming.isComplete { return bytes[...] }
            try await readMore(bytes.count, ReadBuffer.readSize, &deadline)
        }
    }

    private func newDeadline(_ end: ContinuousClock.Instant?) -> BodyDeadline {
        BodyDeadline(start: .now, grace: limits.bodyTimeout, minRate: limits.minBodyRate, end: end)
    }

    /// Counts what is here beyond what was reserved.
    private func charge(_ bytes: Int) {
        receivedBodyBytes = bytes
        guard bytes > charged else { return }
        connection.context.budget.charge(bytes - charged)
        charged = bytes
    }

    private func readMore(
        _ received: Int, _ expected: Int, _ deadline: inout BodyDeadline
    ) async throws(HTTPError) {
        // The buffer is about to be written: what shares its memory would make it copy itself.
        head.detach()
        charge(received)
        if received + expected > charged { try await reserve(received + expected - charged, &deadline) }
        let patience = deadline.deadline(received: received)
        if isWaitingForContinue, !(await connection.write(ResponseEncoder.continueBytes, until: patience)) {
            mustClose = true
            throw .bodyIncomplete
        }
        continueSent = true
        let peer = connection.peer
        connection.context.waiting.add(peer, .body)
        connection.stream.deadline = peer.leaves.map { min($0, patience) } ?? patience
        let begin = ContinuousClock.now
        let count: Int
        do throws(StreamError) {
            count = try await connection.read()
        } catch {
            mustClose = true
            isCutOff = peer.leaves != nil
            throw error == .deadlineExceeded ? .bodyTimeout : .bodyIncomplete
        }
        guard count == 0 else {
            deadline.came(.now, after: patience, since: begin)
            return renew(by: count)
        }
        mustClose = true
        throw .bodyIncomplete
    }

    /// Bytes that trickle in do not make the connection one that has not waited: a second's worth at the minimum rate does.
    private func renew(by count: Int) {
        sinceRenewal += count
        guard sinceRenewal >= limits.minBodyRate else { return }
        sinceRenewal = 0
        connection.context.waiting.renew(connection.peer)
    }

    /// Waits for a share of the loop's budget. Reading pauses meanwhile, and TCP holds the sender.
    private func reserve(_ bytes: Int, _ deadline: inout BodyDeadline) async throws(HTTPError) {
        let context = connection.context
        let start = ContinuousClock.now
        let timeout = deadline.bound(limits.bodyBudgetTimeout, from: start)
        // While the budget is waited for, the sender is not.
        let outcome = await context.budget.reserve(bytes, for: connection.number, timeout: timeout) {
            context.waiting.remove(connection.peer)
            sinceRenewal = 0
        }
        switch outcome {
        case .granted:
            charged += bytes
            deadline.forgive(start.duration(to: .now))
        case .timedOut:
            mustClose = true
            throw .overloaded(retryAfter: limits.retryAfter)
        case .cancelled:
            mustClose = true
            throw .shuttingDown
        }
    }
}
