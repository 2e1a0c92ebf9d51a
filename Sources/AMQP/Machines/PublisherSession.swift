/// One connection's worth of publishing: the connection's state machine, the window, what waits for the next channel, the
/// output buffer, and the rules between them. No I/O: messages, bytes and the time go in; bytes, actions and outcomes come
/// out.
///
/// It cannot be copied: copying it whole, with each look at a part of it, cost more than the look.
struct PublisherSession<Waiter>: ~Copyable {
    typealias Instant = ContinuousClock.Instant
    /// Told what became of a message.
    typealias Settle = (Waiter, PublishOutcome) -> Void

    /// The number of times that a message is sent again after a channel that was closed for no publish.
    static var maximumLosses: Int { 2 }
    /// The pause before the broker is asked again while it lets nothing through.
    static var probeInterval: Duration { .seconds(5) }
    /// The least time between two questions.
    static var probePause: Duration { .seconds(1) }
    /// The time that nothing may have been confirmed or asked until the broker is asked, with nothing in flight: what
    /// it would refuse by now, and an alarm that it tells of only when something is published, show without a webhook.
    static var idleInterval: Duration { .seconds(15) }

    private let limits: PublisherLimits
    private let blockedTimeout: Duration?
    /// The question for the broker while there is doubt; `nil` if there is none.
    private let question: TopicProbe.Question?
    private(set) var connection: ConnectionStateMachine
    private(set) var window: PublishWindow<Waiter>
    /// The messages for the next channel, or for this one where it is open again.
    private(set) var queue: ResendQueue<Waiter>
    private let memory: BrokerMemory
    /// A suspect is in flight, and alone.
    private var isTryingSuspect = false
    /// The bytes for the socket.
    var output = OutputBuffer()
    /// The broker's reason for taking no publishes.
    private(set) var blockedReason: String?
    /// Since when.
    private var blockedSince: Instant?
    /// When a confirm first came too late; nil again as soon as one comes.
    private(set) var suspectSince: Instant?
    /// The reason why it is not certain that anything can be published; nil again as soon as something is confirmed, or
    /// the broker says that it can.
    private(set) var doubt: String?
    /// The broker was asked, and lets nothing through.
    private var isHopeless = false
    /// When the broker is to be asked; nil if there is nothing to ask.
    private var probeDue: Instant?
    private var lastProbe: Instant?
    /// When something was last confirmed, or found out by asking.
    private var lastProof: Instant
    /// The reason why the session is over; nil while it goes on.
    private var endReason: String?
    /// A Boolean value that indicates whether the channel has ever been open.
    private(set) var hasBeenReady = false
    /// A Boolean value that indicates whether anything was confirmed on this connection.
    private(set) var hasConfirmed = false

    /// - Parameter memory: What the publishers of this broker know together.
    init(settings: ConnectionSettings, limits: PublisherLimits, memory: BrokerMemory, now: Instant) {
        self.limits = limits
        blockedTimeout = settings.blockedTimeout
        question =
            settings.probeTopics.isEmpty || memory.refusesProbes
            ? nil
            : TopicProbe.Question(
                exchange: settings.probeExchange, routingKeys: settings.probeTopics, isAnyEnough: true)
        connection = ConnectionStateMachine(settings: settings, now: now)
        window = PublishWindow(
            maximumMessages: limits.windowMessages,
            maximumBytes: limits.windowBytes,
            timeout: limits.confirmTimeout)
        queue = ResendQueue(timeout: limits.confirmTimeout)
        self.memory = memory
        lastProof = now
    }

    /// Says hello to the broker.
    mutating func start() {
        connection.start(output: &output)
    }

    /// The number of publishes that wait for their outcome.
    var waiting: Int { window.waiting + queue.count }

    /// The state of the session, for people.
    var status: PublisherStatus {
        if let blockedReason { return .blocked(reason: blockedReason) }
        if connection.channel.isPaused { return .blocked(reason: "channel.flow") }
        if suspectSince != nil { return .suspect }
        guard connection.state == .open, hasBeenReady else { return .connecting(lastError: nil) }
        return doubt.map { .doubtful(reason: $0) } ?? .connected
    }
}

// MARK: - To the broker

extension PublisherSession {
    /// Sends a message, or has it wait for the channel that is being opened again.
    /// - Parameter deadline: The time until which the waiter waits, if that is less than the confirm time-out.
    /// - Returns: The outcome, where it is certain at once; nil where the waiter will be told.
    mutating func submit(
        _ message: OutgoingMessage, waiter: Waiter, deadline: Instant? = nil, now: Instant
    ) -> PublishOutcome? {
        if let reason = obstacle { return .unavailable(reason) }
        if let deadline, deadline <= now { return .timedOut }
        if let outcome = knownOutcome(of: message, now: now) { return outcome }
        guard admits(message.body.count) else { return .windowFull }
        let item = ResendQueue.Item(message: message, waiter: waiter, submitted: now, deadline: deadline)
        guard queue.isEmpty, connection.canPublish else {
            queue.append(item)
            return nil
        }
        return send(item)
    }

    /// Returns the outcome of a message that need not be sent to know it.
    private func knownOutcome(of message: OutgoingMessage, now: Instant) -> PublishOutcome? {
        guard let outcome = memory.outcome(of: message, now: now) else { return nil }
        return told(outcome)
    }

    private mutating func send(_ item: ResendQueue<Waiter>.Item) -> PublishOutcome? {
        do throws(MessageEncodingError) {
            let tag = try connection.publish(item.message, output: &output)
            window.append(
                tag: tag, item.message, waiter: item.waiter, deadline: item.deadline, losses: item.losses,
                now: item.submitted)
            return nil
        } catch {
            return .invalid(error)
        }
    }

    /// Sends what waits, as far as it may go out now.
    private mutating func sendQueued(now: Instant, _ settle: Settle) {
        if window.unsettled == 0 { isTryingSuspect = false }
        while !queue.isEmpty, !isTryingSuspect, connection.canPublish, blockedReason == nil {
            let isSuspect = queue.isSuspectNext
            let isRoom =
                isSuspect ? window.unsettled == 0 : window.admits(queue.nextBytes) && admitsOutput(queue.nextBytes)
            guard isRoom, let item = queue.popFirst() else { return }
            if let outcome = knownOutcome(of: item.message, now: now) ?? send(item) {
                settle(item.waiter, outcome)
            } else {
                isTryingSuspect = isSuspect
            }
        }
    }

    /// The reason why nothing can be published now.
    private var obstacle: String? {
        if let endReason { return endReason }
        if connection.channel.isPaused { return "paused by the broker" }
        // A channel that the broker closed is open again in a moment.
        guard connection.canPublish || (hasBeenReady && connection.state == .open) else {
            return "the channel is not open"
        }
        if let blockedReason { return "blocked by the broker: \(blockedReason)" }
        return suspectSince == nil ? nil : "the broker is not confirming"
    }

    private func admits(_ count: Int) -> Bool {
        if queue.isEmpty { return window.admits(count) && admitsOutput(count) }
        return window.unsettled + queue.count < limits.windowMessages
            && window.bytes + queue.bytes + count <= limits.windowBytes
    }

    private func admitsOutput(_ count: Int) -> Bool {
        output.pendingCount == 0 || output.pendingCount + count <= limits.outputBufferBytes
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
            if !hasBeenReady {
                lastProof = now
                ask("what may be published is not known yet", now: now)
            }
            hasBeenReady = true
        case .confirmed(let tag, let multiple):
            settled(window.settle(tag: tag, multiple: multiple) { settle($0, .confirmed) })
            hasConfirmed = true
            lastProof = now
            if doubt != nil { trust() }
        case .rejected(let tag, let multiple):
            settled(window.settle(tag: tag, multiple: multiple) { settle($0, .nacked) })
        case .channelClosed(let reason):
            channelClosed(reason, now: now, settle)
        case .blocked(let reason):
            blockedReason = reason
            blockedSince = blockedSince ?? now
        case .unblocked:
            blockedReason = nil
            blockedSince = nil
            // Only now can it confirm what is late.
            if suspectSince != nil { suspectSince = now }
            ask("nothing was confirmed since the broker blocked", now: now)
        case .probed(let verdicts):
            probed(verdicts, now: now)
        case .none, .returned, .closed, .farewell, .failed:
            break
        }
        if !queue.isEmpty { sendQueued(now: now, settle) }
        if probeDue != nil { probeIfDue(now: now) }
        return action
    }

    private mutating func settled(_ count: Int) {
        if count > 0 { suspectSince = nil }
    }

    /// Tells the senders of what the broker refused, and has all else that was in flight sent again.
    private mutating func channelClosed(_ reason: CloseReason, now: Instant, _ settle: Settle) {
        // The broker has spoken, and nothing is in flight any more that could be late.
        suspectSince = nil
        isTryingSuspect = false
        let wasAlone = window.unsettled == 1
        let items = window.takeUnsettled()
        guard reason.method == BasicPublish.id else {
            return queue.prepend(items.compactMap { again($0, reason, settle) }, areSuspects: false)
        }
        let refusal = Refusal(reason)
        let culprits = items.filter { refusal.concerns($0.message) }
        memory.remember(refusal, text: reason.text, for: limits.refusalMemory, now: now)
        raiseDoubt(refusal, reason, now: now)
        let outcome = told(refusal.outcome(code: reason.code, text: reason.text))
        for item in culprits { settle(item.waiter, outcome) }
        let waiting = queue.remove(refusal) { settle($0, outcome) }
        if culprits.count + waiting > 0 {
            queue.prepend(items.filter { !refusal.concerns($0.message) }, areSuspects: false)
        } else if wasAlone, let culprit = items.first {
            settle(culprit.waiter, .refused(code: reason.code, text: reason.text))
        } else {
            queue.prepend(items, areSuspects: true)
        }
    }

    private func again(
        _ item: ResendQueue<Waiter>.Item, _ reason: CloseReason, _ settle: Settle
    ) -> ResendQueue<Waiter>.Item? {
        var item = item
        item.losses += 1
        if item.losses <= Self.maximumLosses { return item }
        settle(item.waiter, .channelClosed(code: reason.code, text: reason.text))
        return nil
    }
}

// MARK: - Doubt

extension PublisherSession {
    /// A refusal that names a topic or a size is that message's own, unless it turns out that nothing else gets through.
    private mutating func raiseDoubt(_ refusal: Refusal, _ reason: CloseReason, now: Instant) {
        switch refusal {
        case .size:
            break
        case .topic:
            scheduleProbe(at: now)
        case .exchange, .unnamed:
            doubt = "\(reason)"
            scheduleProbe(at: now)
        }
    }

    /// There is doubt until the broker has answered, if it can be asked.
    private mutating func ask(_ reason: String, now: Instant) {
        guard mayProbe else { return }
        doubt = reason
        scheduleProbe(at: now)
    }

    private mutating func scheduleProbe(at time: Instant) {
        guard mayProbe else { return }
        let time = max(time, lastProbe.map { $0 + Self.probePause } ?? time)
        probeDue = min(probeDue ?? time, time)
    }

    /// A Boolean value that indicates whether there is something to ask, and a channel to ask on.
    private var mayProbe: Bool { question != nil && connection.hasProbeChannel }

    /// When the broker is asked though there is no doubt; `nil` while something is to be confirmed, or to be asked anyhow.
    private var idleProbeDue: Instant? {
        guard mayProbe, hasBeenReady, probeDue == nil, window.unsettled == 0, queue.isEmpty else { return nil }
        return lastProof + Self.idleInterval
    }

    /// The outcome that a sender hears of: a topic's refusal is its own trouble only while something else gets through.
    private func told(_ outcome: PublishOutcome) -> PublishOutcome {
        guard doubt != nil, case .topicRefused(let text) = outcome else { return outcome }
        return .refused(code: 403, text: text)
    }

    private mutating func trust() {
        // What was refused along with everything else may be mended along with it.
        if isHopeless { memory.forgetTopics() }
        isHopeless = false
        doubt = nil
        probeDue = nil
    }

    private mutating func probed(_ verdicts: [TopicProbe.Verdict], now: Instant) {
        lastProof = now
        guard let refusal = verdicts.last?.refusal, verdicts.allSatisfy({ $0.refusal != nil }) else { return trust() }
        doubt = "\(refusal)"
        isHopeless = true
        // What somebody else asked is not asked again here, where there is nothing to ask.
        if mayProbe { probeDue = now + Self.probeInterval }
    }

    private mutating func probeIfDue(now: Instant) {
        guard let probeDue, probeDue <= now, let question, blockedReason == nil, connection.canProbe else { return }
        self.probeDue = nil
        lastProbe = now
        connection.probe(question, output: &output)
    }

    /// Asks the broker for each of the topics, which ``ConnectionAction/probed(_:)`` answers.
    /// - Returns: Whether it could be asked now.
    mutating func probe(_ question: TopicProbe.Question) -> Bool {
        guard endReason == nil, connection.canProbe else { return false }
        connection.probe(question, output: &output)
        return true
    }

    /// Returns a Boolean value that indicates whether the broker ended the connection for the second channel, which a
    /// limit of its own for this user or for all connections does not allow: RabbitMQ says so with 530 (`not_allowed`)
    /// or 504 (`channel_error`).
    func isSecondChannelRefused(_ reason: CloseReason) -> Bool {
        connection.probe.isOpening && (reason.code == 530 || reason.code == 504)
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
        if let end = queue.isEmpty ? nil : queue.deadline { earliest = min(earliest ?? end, end) }
        if let due = probeDue ?? idleProbeDue, blockedReason == nil, connection.canProbe {
            earliest = min(earliest ?? due, due)
        }
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
        queue.expire(now: now) { settle($0, .timedOut) }
        // A blocked broker confirms nothing and says so: that is no reason to leave it.
        if let suspectSince, blockedReason == nil, now >= suspectSince + limits.suspectTimeout {
            return .failed(.noConfirms)
        }
        if let blockedLimit, now >= blockedLimit { return .failed(.blockedTooLong(blockedReason ?? "")) }
        if let idleProbeDue, idleProbeDue <= now { scheduleProbe(at: now) }
        probeIfDue(now: now)
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
        queue.removeAll { settle($0, .unavailable(reason)) }
        output.discard()
    }
}

/// The state of a publisher, for readiness checks and people.
public enum PublisherStatus: Sendable, Hashable, CustomStringConvertible {
    /// Not connected; with what went wrong last, if anything did.
    case connecting(lastError: String?)
    /// Publishing.
    case connected
    /// Connected, but the broker takes no publishes, for the reason that it gave.
    case blocked(reason: String)
    /// Connected, but what was published lately was refused, or it is not known whether anything can be: nothing was
    /// confirmed since.
    case doubtful(reason: String)
    /// Connected, but a confirm came too late and none has come since.
    case suspect
    /// Shut down, or shutting down.
    case stopped

    /// A Boolean value that indicates whether a publish would be sent.
    public var isReady: Bool { self == .connected }

    /// One line for people.
    public var description: String {
        switch self {
        case .connecting(nil): "connecting"
        case .connecting(let error?): "connecting (\(error))"
        case .connected: "connected"
        case .blocked(let reason): "blocked by the broker (\(reason))"
        case .doubtful(let reason): reason
        case .suspect: "the broker is not confirming"
        case .stopped: "stopped"
        }
    }
}
