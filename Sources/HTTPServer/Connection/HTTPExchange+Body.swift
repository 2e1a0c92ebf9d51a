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
        connection.stream.deadline = patience
        let count: Int
        do throws(StreamError) {
            count = try await connection.read()
        } catch {
            mustClose = true
            throw error == .deadlineExceeded ? .bodyTimeout : .bodyIncomplete
        }
        guard count == 0 else { return }
        mustClose = true
        throw .bodyIncomplete
    }

    /// Waits for a share of the loop's budget. Reading pauses meanwhile, and TCP holds the sender.
    private func reserve(_ bytes: Int, _ deadline: inout BodyDeadline) async throws(HTTPError) {
        let context = connection.context
        let start = ContinuousClock.now
        let timeout = deadline.bound(limits.bodyBudgetTimeout, from: start)
        switch await context.budget.reserve(bytes, for: connection.number, timeout: timeout) {
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
