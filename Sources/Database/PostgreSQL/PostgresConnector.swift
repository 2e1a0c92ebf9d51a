import CLibpq
import EventLoop

/// Makes one connection to PostgreSQL on a loop, without blocking it, by libpq's `PQconnectStart` and `PQconnectPoll`.
/// Confined to its loop.
final class PostgresConnector {
    /// A connection of libpq, connected and non-blocking.
    ///
    /// Safe to send: it goes, once, from the connector to the connection's owner on the same loop.
    struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// Gives the connection, which then belongs to the receiver.
    typealias Completion = (Result<Handle, DatabaseError>) -> Void

    private let loop: EventLoop
    private let password: String?
    private var completion: Completion?
    /// Owned until it is handed over; used on the loop only.
    private var handle: OpaquePointer?
    private var watcher: SocketWatcher?
    private var timer: LoopTimer?

    init(loop: EventLoop, password: String?) {
        self.loop = loop
        self.password = password
    }

    /// Connects, and calls `completion` once, on the loop, unless `cancel` comes first.
    /// - Parameter parameters: libpq's keywords and values. No host among them needs a name look-up.
    func start(
        _ parameters: [(keyword: String, value: String)], timeout: Duration, completion: @escaping Completion
    ) {
        loop.preconditionInLoop()
        self.completion = completion
        let keywords = CStringArray(parameters.map(\.keyword))
        let values = CStringArray(parameters.map(\.value))
        handle = keywords.withPointers { keywords in
            values.withPointers { values in PQconnectStartParams(keywords, values, 0) }
        }
        guard let handle, PQstatus(handle) != CONNECTION_BAD else {
            finish(.failure(lastError()))
            return
        }
        PQsetNoticeReceiver(handle, ignoreNotice, nil)
        let timer = LoopTimer(on: loop) { [weak self] in
            self?.finish(.failure(DatabaseError(.unavailable, "PostgreSQL did not answer within \(timeout)")))
        }
        timer.schedule(after: timeout)
        self.timer = timer
        // libpq's documentation: proceed as if PQconnectPoll had last asked for writing.
        wait(for: .writable)
    }

    /// Gives up; the completion is not called.
    func cancel() {
        completion = nil
        finish(.failure(.poolClosed))
    }

    /// Waits for the socket that libpq uses now: it may be another one after each poll.
    private func wait(for interest: Readiness) {
        guard let handle else { return }
        let watcher = SocketWatcher(on: loop, descriptor: PQsocket(handle)) { [weak self] _ in self?.poll() }
        watcher.watch(interest)
        self.watcher = watcher
    }

    private func poll() {
        guard let handle else { return }
        stopWatching()
        switch PQconnectPoll(handle) {
        case PGRES_POLLING_READING: wait(for: .readable)
        case PGRES_POLLING_WRITING: wait(for: .writable)
        case PGRES_POLLING_OK where PQsetnonblocking(handle, 1) == 0: finish(.success(Handle(pointer: handle)))
        default: finish(.failure(lastError()))
        }
    }

    private func finish(_ result: Result<Handle, DatabaseError>) {
        stopWatching()
        timer?.cancel()
        timer = nil
        if case .failure = result, let handle { PQfinish(handle) }
        handle = nil
        let completion = self.completion
        self.completion = nil
        completion?(result)
    }

    private func stopWatching() {
        watcher?.stop()
        watcher = nil
    }

    private func lastError() -> DatabaseError {
        PostgresErrors.connectionError(handle.map { String(cString: PQerrorMessage($0)) } ?? "", password: password)
    }
}

/// libpq's receiver of notices, which else go to standard error.
private func ignoreNotice(_ argument: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {}
