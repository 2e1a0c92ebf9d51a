import EventLoop

// Connecting, pausing, shutting down.

extension AMQPPublisher {
    /// Connects, publishes, and connects again, until the task is cancelled or ``shutdown()`` is called; then waits for
    /// what is in flight, within the limits, and takes its leave of the broker. To be called once.
    public func run() async {
        guard !isRunning, !isStopping else { return }
        isRunning = true
        // Without the preference, closures that streams and connectors pass to the standard library's functions would
        // run elsewhere, however well the actor is pinned.
        await withTaskExecutorPreference(loop.taskExecutor) {
            await withTaskCancellationHandler {
                await connectAndServe()
            } onCancel: {
                loop.execute { self.assumeIsolated { $0.beginShutdown() } }
            }
        }
        stopped()
    }

    /// Stops taking messages, waits for what is in flight within the limits, closes channel and connection in order.
    /// Returns when ``run()`` is done.
    public func shutdown() async {
        beginShutdown()
        guard isRunning else { return }
        await withUnsafeContinuation { stopWaiters.append($0) }
    }

    private func stopped() {
        isRunning = false
        isStopping = true
        phaseTimer?.cancel()
        updateStatus(.stopped)
        let waiters = stopWaiters
        stopWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    private func connectAndServe() async {
        var plan = ReconnectPlan(
            endpoints: settings.endpoints.count, attemptsPerRound: settings.attemptsPerRound,
            retryDelay: settings.retryDelay,
            backoff: Backoff(first: limits.backoffMinimum, longest: limits.backoffMaximum))
        while !isStopping, !settings.endpoints.isEmpty {
            let wasGood = await connectAndServe(settings.endpoints[plan.endpoint])
            if isStopping { break }
            await pause(plan.ended(wasGood: wasGood, jitter: .random(in: 0..<1)))
        }
    }

    /// - Returns: Whether messages were confirmed, or the connection held for long: then the broker is worth coming back
    ///   to soon.
    private func connectAndServe(_ endpoint: BrokerEndpoint) async -> Bool {
        let began = ContinuousClock.now
        let deadline = began + settings.connectTimeout
        let reason: SessionEnd
        switch await connect(to: endpoint, deadline: deadline) {
        case .success(let stream) where isStopping:
            stream.close()
            reason = .shutdown
        case .success(let stream): reason = await serve(stream, deadline: deadline)
        case .failure(let error): reason = .notConnected(error.text)
        }
        let hasConfirmed = session?.hasConfirmed ?? false
        let heldLong = session?.hasBeenReady ?? false && ContinuousClock.now - began > limits.backoffMaximum
        session = nil
        let isGood = hasConfirmed || heldLong
        guard !isStopping else { return isGood }
        updateStatus(.connecting(lastError: "\(endpoint): \(reason)"))
        logger.warning("no connection to the broker", metadata: ["endpoint": "\(endpoint)", "reason": "\(reason)"])
        return isGood
    }
}

// MARK: - Connecting

extension AMQPPublisher {
    /// Opens a stream. Neither a resolver that hangs nor a connector that heeds no deadline can hold this up: a stream
    /// that comes too late is closed.
    private func connect(
        to endpoint: BrokerEndpoint, deadline: Instant
    ) async -> Result<any ByteStream, ConnectError> {
        // A little later: a connector that heeds the deadline can say what took too long.
        schedulePhaseTimer(at: deadline + .milliseconds(200))
        let result = await withUnsafeContinuation { continuation in
            connecting = continuation
            connectAttempt += 1
            let attempt = connectAttempt
            connectTask = Task(executorPreference: loop.taskExecutor) {
                await self.openStream(to: endpoint, deadline: deadline, attempt: attempt)
            }
        }
        phaseTimer?.cancel()
        return result
    }

    private func openStream(to endpoint: BrokerEndpoint, deadline: Instant, attempt: Int) async {
        do {
            finishConnecting(.success(try await connector(endpoint, loop, deadline)), attempt: attempt)
        } catch {
            finishConnecting(.failure(ConnectError(text: "\(error)")), attempt: attempt)
        }
    }

    private func finishConnecting(_ result: Result<any ByteStream, ConnectError>, attempt: Int) {
        guard attempt == connectAttempt, let waiter = connecting else {
            if case .success(let stream) = result { stream.close() }
            return
        }
        connectTask = nil
        connecting = nil
        waiter.resume(returning: result)
    }

    private func abandonConnecting(_ why: String) {
        connectTask?.cancel()
        let waiter = connecting
        connecting = nil
        waiter?.resume(returning: .failure(ConnectError(text: why)))
    }

    private func pause(_ duration: Duration) async {
        guard duration > .zero else { return }
        schedulePhaseTimer(at: .now + duration)
        await withUnsafeContinuation { pausing = $0 }
        phaseTimer?.cancel()
    }

    private func endPause() {
        let waiter = pausing
        pausing = nil
        waiter?.resume()
    }

    private func schedulePhaseTimer(at deadline: Instant) {
        let timer =
            phaseTimer
            ?? LoopTimer(on: loop) { [weak self] in
                self?.assumeIsolated { $0.phaseOver() }
            }
        phaseTimer = timer
        timer.schedule(after: ContinuousClock.now.duration(to: deadline))
    }

    private func phaseOver() {
        abandonConnecting("timed out")
        endPause()
        guard isStopping, session != nil else { return }
        if isSayingFarewell { end(.shutdown) } else { sayFarewell() }
    }
}

// MARK: - Shutting down

extension AMQPPublisher {
    private func beginShutdown() {
        guard !isStopping else { return }
        isStopping = true
        updateStatus(.stopped)
        abandonConnecting("shutting down")
        endPause()
        guard isRunning, sessionEnd == nil, let waiting = session?.waiting else { return }
        if waiting == 0 {
            sayFarewell()
        } else {
            schedulePhaseTimer(at: .now + limits.shutdownTimeout)
        }
    }

    /// All that could be confirmed is, or the time is up: closes channel and connection.
    func sayFarewell() {
        guard !isSayingFarewell, sessionEnd == nil, let waits = session?.close() else { return }
        isSayingFarewell = true
        flush()
        guard waits else { return end(.shutdown) }
        schedulePhaseTimer(at: .now + limits.farewellTimeout)
    }
}
