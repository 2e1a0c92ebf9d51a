import EventLoop
import Glibc

/// What the connections of one loop share: limits and routes, the body budget, the date, memory to write answers in.
final class LoopContext: @unchecked Sendable {
    // Safe to share: every member but the lets of Sendable types is confined to `loop`; `serve`, `drain` and
    // `cancelWaiting`, the ways in, check it on entry or post to it.

    let loop: EventLoop
    let limits: HTTPServerLimits
    let router: Router
    let observer: (any RequestObserver)?
    let budget: BodyBudget

    /// Answers are written here, for the moment between encoding and sending, in which no other connection runs.
    var output: [UInt8] = []
    private(set) var isDraining = false
    private var date = DateCache()
    private var random: SplitMix64
    private var connections: [Int: HTTPConnection] = [:]
    private var nextNumber = 0
    private var yielding: [UnsafeContinuation<Void, Never>] = []
    private var turnTimer: LoopTimer?

    init(loop: EventLoop, limits: HTTPServerLimits, router: Router, observer: (any RequestObserver)?) {
        self.loop = loop
        self.limits = limits
        self.router = router
        self.observer = observer
        budget = BodyBudget(loop: loop, capacity: limits.bodyBytesInFlight)
        random = SplitMix64(seed: UInt64.random(in: .min ... .max))
    }

    /// Serves a connection until it ends. Cancellation ends it wherever it waits.
    func serve(_ socket: AcceptedSocket) async {
        loop.preconditionInLoop()
        let number = nextNumber
        nextNumber += 1
        let stream = socket.open(on: loop)
        let connection = HTTPConnection(stream: stream, context: self, number: number)
        connections[number] = connection
        await withTaskCancellationHandler {
            await connection.run()
        } onCancel: {
            stream.cancel()
            cancelWaiting(number)
        }
        connections[number] = nil
    }

    /// From any thread.
    private func cancelWaiting(_ number: Int) {
        loop.execute { self.budget.cancel(number) }
    }

    /// Lets idle connections go, and the others end with the request that they serve.
    func drain() {
        loop.preconditionInLoop()
        isDraining = true
        for connection in connections.values { connection.endIdling() }
    }

    func newRequestID() -> RequestID { RequestID(using: &random) }

    func dateLine() -> [UInt8] { date.line(at: time(nil)) }

    /// Lets the loop look at its sockets, so that a connection whose bytes never run out does not keep it from them.
    func nextTurn() async {
        // The timer is this object's own: a strong reference back would keep both for ever.
        let timer = turnTimer ?? LoopTimer(on: loop) { [weak self] in self?.turn() }
        turnTimer = timer
        await withUnsafeContinuation { continuation in
            yielding.append(continuation)
            if !timer.isScheduled { timer.schedule(after: .zero) }
        }
    }

    /// Each continuation is resumed once: it was taken out of the list.
    private func turn() {
        let yielding = yielding
        self.yielding = []
        for continuation in yielding { continuation.resume() }
    }
}
