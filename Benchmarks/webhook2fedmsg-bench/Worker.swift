import EventLoop

/// One loop's share of a load test: its connections, its schedule and its tally.
final class Worker: @unchecked Sendable {
    // Safe to share: all but the lets is confined to `loop`, where `connect` and `run` are called and check it.

    let loop: EventLoop
    let keepsMessageIDs: Bool
    var tally = Tally()
    private let senders: [WebhookSender]
    private var schedule: Schedule?
    /// Holds back what is not due yet; there where the schedule has a rate.
    private(set) var pacer: Pacer?

    init(loop: EventLoop, senders: [WebhookSender], keepsMessageIDs: Bool) {
        self.loop = loop
        self.senders = senders
        self.keepsMessageIDs = keepsMessageIDs
    }

    /// Opens all connections.
    func connect() async throws {
        loop.preconditionInLoop()
        for sender in senders { try await sender.connect(on: loop) }
    }

    /// Closes all connections.
    func disconnect() {
        loop.preconditionInLoop()
        for sender in senders { sender.disconnect() }
    }

    /// Sends what the schedule asks for, and waits for the answers.
    func run(_ schedule: Schedule) async -> Tally {
        loop.preconditionInLoop()
        self.schedule = schedule
        tally = Tally()
        pacer = schedule.hasRate ? Pacer(loop: loop, schedule: schedule) : nil
        pacer?.start()
        // The children inherit the preference for the loop.
        await withDiscardingTaskGroup { group in
            for sender in senders { group.addTask { await sender.run(for: self) } }
        }
        return tally
    }

    /// When the next webhook is to be sent; nil when there is none.
    func nextSendTime() -> ContinuousClock.Instant? {
        schedule?.next(now: .now)
    }
}
