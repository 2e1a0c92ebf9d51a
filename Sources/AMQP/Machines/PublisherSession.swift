/// One connection's worth of publishing: the connection's state machine, the window, the output buffer, and the rules
/// between them. No I/O: messages, bytes and the time go in; bytes, actions and outcomes come out.
///
/// It cannot be copied: copying it whole, with each look at a part of it, cost more than the look.
struct PublisherSession<Waiter>: ~Copyable {
    typealias Instant = ContinuousClock.Instant
    /// Told what became of a message.
    typealias Settle = (Waiter, PublishOutcome) -> Void

    private let limits: PublisherLimits
    private let blockedTimeout: Duration?
    private(set) var connection: ConnectionStateMachine
    private(set) var window: PublishWindow<Waiter>
    /// What the socket is to take.
    var output = OutputBuffer()
    /// The broker's reason for taking no publishes.
    private(set) var blockedReason: String?
    /// Since when.
    private var blockedSince: Instant?
    /// When a confirm first came too late; nil again as soon as one comes.
    private(set) var suspectSince: Instant?
    /// Why the session is over; nil while it goes on.
    private var endReason: String?
    /// Whether the channel has ever been open.
    private(set) var hasBeenReady = false
    /// Whether anything was confirmed on this connection.
    private(set) var hasConfirmed = false

    init(settings: ConnectionSettings, limits: PublisherLimits, now: Instant) {
        self.limits = limits
        blockedTimeout = settings.blockedTimeout
        connection = ConnectionStateMachine(settings: settings, now: now)
        window = PublishWindow(
            maximumMessages: limits.windowMessages,
            maximumBytes: limits.windowBytes,
            timeout: limits.confirmTimeout)
    }

    /// Says hello to the broker.
    mutating func start() {
        connection.start(output: &output)
    }

    /// Sends a message, if it can be sent now.
    /// - Parameter deadline: Until when the waiter has time, if it has less than the confirm time-out.
    /// - Returns: The outcome, where it is certain at once; nil where the waiter will be told.
    mutating func submit(
        _ message: OutgoingMessage, waiter: Waiter, deadline: Instant? = nil, now: Instant
    ) -> PublishOutcome? {
        if let reason = obstacle { return .unavailable(reason) }
        if let deadline, deadline <= now { return .timedOut }
        guard window.admits(message.body.count), admitsOutput(message.body.count) else { return .windowFull }
        do throws(MessageEncodingError) {
            let tag = try connection.publish(message, output: &output)
            window.append(
                tag: tag, bytes: message.body.count, waiter: waiter, deadline: deadline, now: now)
            return nil
        } catch {
            return .invalid(error)
        }
    }

    /// Why nothing can be published now.
    private var obstacle: String? {
        if let endReason { return endReason }
        if !connection.canPublish {
            return connection.channel.isPaused ? "paused by the broker" : "the channel is not open"
        }
        if let blockedReason { return "blocked by the broker: \(blockedReason)" }
        return suspectSince == nil ? nil : "the broker is not confirming"
    }

    private func admitsOutput(_ count: Int) -> Bool {
        output.pendingCount == 0 || output.pendingCount + count <= limits.outputBufferBytes
    }

    /// How the session stands, for people.
    var status: PublisherStatus {
        if let blockedReason { return .blocked(reason: blockedReason) }
        if connection.channel.isPaused { return .blocked(reason: "channel.flow") }
        if suspectSince != nil { return .suspect }
        return connection.state == .open && hasBeenReady ? .connected : .connecting(lastError: nil)
    }
}

// MARK: - From the broker

extension PublisherSession {
    /// Bytes came.
    mutating func received(now: Instant) {
        connection.received(now: now)
    }

    /// The socket took the first `count` bytes of the output.
    mutating func sent(_ count: Int, now: Instant) {
        output.consume(count)
        if count > 0 { connection.sent(now: now) }
    }

    /// Takes the first frame off `input`; call again until it returns nil, which asks for more bytes.
    mutating func receive(_ input: inout ArraySlice<UInt8>, now: Instant, settle: Settle) -> ConnectionAction? {
        guard let action = connection.receive(&input, output: &output) else { return nil }
        switch action {
        case .ready:
            hasBeenReady = true
        case .confirmed(let tag, let multiple):
            settled(window.settle(tag: tag, multiple: multiple) { settle($0, .confirmed) })
            hasConfirmed = true
        case .rejected(let tag, let multiple):
            settled(window.settle(tag: tag, multiple: multiple) { settle($0, .nacked) })
        case .channelClosed(let reason):
            channelClosed(reason, settle)
        case .blocked(let reason):
            blockedReason = reason
            blockedSince = blockedSince ?? now
        case .unblocked:
            blockedReason = nil
            blockedSince = nil
            // Only now can it confirm what is late.
            if suspectSince != nil { suspectSince = now }
        case .none, .closed, .farewell, .failed:
            break
        }
        return action
    }

    private mutating func settled(_ count: Int) {
        if count > 0 { suspectSince = nil }
    }

    /// Only a publish that failed while no other was in flight (waited for or not) is a culprit.
    private mutating func channelClosed(_ reason: CloseReason, _ settle: Settle) {
        let isCulprit = window.unsettled == 1 && reason.method == BasicPublish.id
        let outcome: PublishOutcome =
            isCulprit
            ? .refused(code: reason.code, text: reason.text)
            : .channelClosed(code: reason.code, text: reason.text)
        window.reset { settle($0, outcome) }
        // The broker has spoken, and nothing is in flight any more that could be late.
        suspectSince = nil
    }
}

// MARK: - Time and the end

extension PublisherSession {
    /// When to call ``tick(now:settle:)`` next.
    var deadline: Instant? {
        var earliest = window.deadline
        if let beat = connection.deadline { earliest = min(earliest ?? beat, beat) }
        if let suspectSince, blockedReason == nil {
            let limit = suspectSince + limits.suspectTimeout
            earliest = min(earliest ?? limit, limit)
        }
        if let blockedLimit { earliest = min(earliest ?? blockedLimit, blockedLimit) }
        return earliest
    }

    /// When a broker that blocks is given up.
    private var blockedLimit: Instant? {
        guard let blockedSince, let blockedTimeout else { return nil }
        return blockedSince + blockedTimeout
    }

    /// Sends a heartbeat, times publishes out, gives a dead connection up: whatever is due at `now`.
    mutating func tick(now: Instant, settle: Settle) -> ConnectionAction {
        if window.expire(now: now, { settle($0, .timedOut) }) > 0, suspectSince == nil { suspectSince = now }
        // A blocked broker confirms nothing and says so: that is no reason to leave it.
        if let suspectSince, blockedReason == nil, now >= suspectSince + limits.suspectTimeout {
            return .failed(.noConfirms)
        }
        if let blockedLimit, now >= blockedLimit { return .failed(.blockedTooLong(blockedReason ?? "")) }
        return connection.tick(now: now, output: &output)
    }

    /// Begins an orderly close.
    /// - Returns: Whether the broker's answer has to be waited for.
    mutating func close() -> Bool {
        connection.close(output: &output)
    }

    /// The connection is gone: whoever waits, and whoever comes yet, is told why.
    mutating func end(_ reason: String, settle: Settle) {
        endReason = reason
        window.reset { settle($0, .unavailable(reason)) }
        output.discard()
    }
}
