import EventLoop

/// Requests to other servers by libcurl, on a loop: bounded in number, time and size. Callers may be anywhere.
///
/// A GET goes out on a kept connection, if the server has not closed it, and again on another if it then does without an
/// answer. A POST goes out once, on a new connection.
///
/// Certificates are checked, redirects are not followed, nothing but http and https is spoken, and neither proxies nor
/// credentials are taken from the environment. Names are resolved on threads of libcurl's, so that the loop never waits.
public actor HTTPClient {
    private struct Job {
        let request: ClientRequest
        let deadline: ContinuousClock.Instant
        // Resumed exactly once: whoever takes the job out of `jobs` resumes it.
        let continuation: CheckedContinuation<Result<ClientResponse, HTTPClientError>, Never>
    }

    private nonisolated let loop: EventLoop
    private let limits: HTTPClientLimits
    private let settings: HTTPClientSettings
    private var queue: TransferQueue
    private var jobs: [TransferQueue.ID: Job] = [:]
    private let remains: LoopRemains
    private var lastID: TransferQueue.ID = 0
    private var isClosed = false

    /// The actor lives on its loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.serialExecutor.asUnownedSerialExecutor() }

    /// A client, which opens connections as it needs them and keeps a few.
    public init(
        on loop: EventLoop, limits: HTTPClientLimits = HTTPClientLimits(),
        settings: HTTPClientSettings = HTTPClientSettings()
    ) {
        self.loop = loop
        self.limits = limits
        self.settings = settings
        remains = LoopRemains(loop: loop)
        queue = TransferQueue(concurrency: limits.concurrency, waiting: limits.waiting)
    }

    /// Sends a request and waits for the whole answer, whatever its status.
    /// - Throws: `HTTPClientError`; `cancelled` if the task is cancelled, in which case the server may have seen the
    ///   request or not.
    public func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        if let fault = request.fault { throw .invalidRequest(reason: fault) }
        lastID += 1
        let id = lastID
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in submit(id, request, continuation) }
        } onCancel: {
            // From any thread; it runs on the loop after what registers the request.
            loop.execute { self.assumeIsolated { $0.cancel(id) } }
        }
        return try result.get()
    }

    /// Ends everything that is under way with `closed`.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        let (waiting, running) = queue.close()
        remains.engine?.close()
        remains.engine = nil
        remains.timer?.cancel()
        for id in waiting + running { answer(id, .failure(.closed)) }
    }

    /// The number of running and of waiting requests.
    public var counts: (running: Int, waiting: Int) { queue.counts }

    private func submit(
        _ id: TransferQueue.ID, _ request: ClientRequest,
        _ continuation: CheckedContinuation<Result<ClientResponse, HTTPClientError>, Never>
    ) {
        guard !isClosed else { return continuation.resume(returning: .failure(.closed)) }
        let deadline = ContinuousClock.now.advanced(by: limits.totalTimeout)
        jobs[id] = Job(request: request, deadline: deadline, continuation: continuation)
        switch queue.submit(id, deadline: deadline) {
        case .start: start(id)
        case .wait: setTimer()
        case .refuse: answer(id, .failure(.overloaded))
        }
    }

    private func start(_ id: TransferQueue.ID) {
        guard let job = jobs[id] else { return }
        do throws(HTTPClientError) {
            let engine = try readyEngine()
            let remaining = ContinuousClock.now.duration(to: job.deadline)
            guard remaining > .zero else { throw .timedOut(.waiting, host: job.request.host) }
            try engine.start(
                Transfer(job.request, id: id, limits: limits, settings: settings, remaining: remaining))
        } catch {
            ended(id, .failure(error))
        }
    }

    private func readyEngine() throws(HTTPClientError) -> TransferEngine {
        if let engine = remains.engine { return engine }
        let engine = try TransferEngine(on: loop, connections: limits.concurrency) { [weak self] id, result in
            // On the loop, from libcurl's engine, which lives there.
            self?.assumeIsolated { $0.ended(id, result) }
        }
        remains.engine = engine
        return engine
    }

    private func ended(_ id: TransferQueue.ID, _ result: Result<ClientResponse, HTTPClientError>) {
        answer(id, result)
        if let next = queue.finish(id) { start(next) }
    }

    private func cancel(_ id: TransferQueue.ID) {
        switch queue.cancel(id) {
        case .nothing: break
        case .drop: answer(id, .failure(.cancelled))
        case .abort:
            remains.engine?.abort(id)
            ended(id, .failure(.cancelled))
        }
    }

    private func answer(_ id: TransferQueue.ID, _ result: Result<ClientResponse, HTTPClientError>) {
        jobs.removeValue(forKey: id)?.continuation.resume(returning: result)
    }

    // MARK: Those that wait

    private func setTimer() {
        guard let deadline = queue.nextDeadline else { return }
        let timer = remains.timer ?? LoopTimer(on: loop) { [weak self] in self?.assumeIsolated { $0.expire() } }
        remains.timer = timer
        timer.schedule(after: ContinuousClock.now.duration(to: deadline))
    }

    private func expire() {
        for id in queue.expire(now: .now) {
            let host = jobs[id]?.request.host ?? ""
            answer(id, .failure(.timedOut(.waiting, host: host)))
        }
        setTimer()
    }
}

/// The reason why there is no answer. Its description names the host at most: no path, no query, no credentials.
public enum HTTPClientError: Error, Hashable, CustomStringConvertible {
    /// The phase whose time ran out.
    public enum Phase: String, Sendable, Hashable {
        /// The wait for a free place.
        case waiting
        /// Resolving the name and making the connection, TLS included.
        case connecting
        /// The rest.
        case answering
    }

    /// The request cannot be sent as it is.
    case invalidRequest(reason: String)
    /// As many requests wait as may.
    case overloaded
    /// The host's name could not be resolved.
    case unresolvable(host: String)
    /// No connection could be made.
    case unreachable(host: String, reason: String)
    /// The server's certificate is not trusted, or there is no TLS with it.
    case untrusted(host: String, reason: String)
    /// It took too long.
    case timedOut(Phase, host: String)
    /// The answer's body is larger than may be.
    case bodyTooLarge(host: String, limit: Int)
    /// The answer's header fields are larger than may be.
    case headTooLarge(host: String, limit: Int)
    /// The connection broke, or what came is not HTTP.
    case broken(host: String, reason: String)
    /// The task was cancelled.
    case cancelled
    /// The client was closed.
    case closed
    /// libcurl failed otherwise.
    case library(reason: String)

    /// One line for a log.
    public var description: String {
        switch self {
        case .invalidRequest(let reason): "the request cannot be sent: \(reason)"
        case .overloaded: "too many requests to other servers are waiting"
        case .unresolvable(let host): "cannot resolve \(host)"
        case .unreachable(let host, let reason): "cannot connect to \(host): \(reason)"
        case .untrusted(let host, let reason): "no trusted TLS with \(host): \(reason)"
        case .timedOut(let phase, let host): "\(host) took too long (\(phase.rawValue))"
        case .bodyTooLarge(let host, let limit): "the answer of \(host) is larger than \(limit) bytes"
        case .headTooLarge(let host, let limit): "the header fields of \(host) are larger than \(limit) bytes"
        case .broken(let host, let reason): "the answer of \(host) broke off: \(reason)"
        case .cancelled: "cancelled"
        case .closed: "the HTTP client is closed"
        case .library(let reason): "libcurl: \(reason)"
        }
    }
}

/// The resources that a client keeps on its loop and releases there, whichever thread lets go of the client.
///
/// An `isolated deinit` of the actor would say the same in one line, but the optimiser of Swift 6.3 ends with "circular
/// reference" where another module uses an actor that has one.
private final class LoopRemains {
    var engine: TransferEngine?
    var timer: LoopTimer?
    private let loop: EventLoop

    init(loop: EventLoop) { self.loop = loop }

    deinit {
        // Nobody else holds the engine: from here on it is the loop's alone.
        nonisolated(unsafe) let engine = engine
        let timer = timer
        guard engine != nil || timer != nil else { return }
        loop.execute {
            // Sockets are closed, and their watchers stopped.
            engine?.close()
            timer?.cancel()
        }
    }
}

/// Settings that all requests of a client share.
public struct HTTPClientSettings: Sendable, Hashable {
    /// The certificate authorities to trust, in PEM; the system's where nil.
    public var caFile: String?
    /// The User-Agent field.
    public var userAgent: String

    /// Settings.
    public init(caFile: String? = nil, userAgent: String = "webhook2fedmsg") {
        self.caFile = caFile
        self.userAgent = userAgent
    }
}

/// Every bound of a client, with its default.
public struct HTTPClientLimits: Sendable, Hashable {
    /// Requests in flight, and connections that are kept for later ones.
    public var concurrency = 8
    /// Requests that wait for one of these places; further ones fail at once.
    public var waiting = 64
    /// Resolving, connecting and TLS.
    public var connectTimeout: Duration = .seconds(5)
    /// A request in all, from `send` to the answer's last byte.
    public var totalTimeout: Duration = .seconds(10)
    /// Bytes of an answer's body, where the request has no limit of its own.
    public var maxBodyBytes = 256 * 1024
    /// Bytes of an answer's header fields. No key: providers send a few hundred, and nothing in them is kept.
    public var maxHeadBytes = 32 * 1024

    /// The defaults.
    public init() {}
}
