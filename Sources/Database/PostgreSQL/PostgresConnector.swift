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

    /// The outcome.
    enum Outcome {
        /// A connection, which then belongs to the receiver, and the host that it is to, as libpq names it.
        case connected(Handle, PostgresEndpoint)
        /// This host, as libpq names it, said nothing in its share of the time.
        case silent(PostgresEndpoint)
        /// None of the hosts will do.
        case failed(DatabaseError)
    }

    typealias Completion = (Outcome) -> Void

    private let loop: EventLoop
    private let password: String?
    private var completion: Completion?
    /// Owned until it is handed over; used on the loop only.
    private var handle: OpaquePointer?
    private var watcher: SocketWatcher?
    private var timer: LoopTimer?
    private var share = Duration.zero
    private var deadline = ContinuousClock.now
    /// The host that libpq tries now.
    private var host = PostgresEndpoint(host: "", address: "", port: "")

    init(loop: EventLoop, password: String?) {
        self.loop = loop
        self.password = password
    }

    /// Connects, and calls `completion` once, on the loop, unless `cancel` comes first.
    /// - Parameters:
    ///   - parameters: libpq's keywords and values. No host among them needs a name look-up.
    ///   - share: how long one of the hosts may take.
    ///   - deadline: when the time for all of them is over.
    func start(
        _ parameters: [(keyword: String, value: String)], share: Duration, deadline: ContinuousClock.Instant,
        completion: @escaping Completion
    ) {
        loop.preconditionInLoop()
        self.completion = completion
        self.share = share
        self.deadline = deadline
        let keywords = CStringArray(parameters.map(\.keyword))
        let values = CStringArray(parameters.map(\.value))
        handle = keywords.withPointers { keywords in
            values.withPointers { values in PQconnectStartParams(keywords, values, 0) }
        }
        guard let handle, PQstatus(handle) != CONNECTION_BAD else {
            finish(.failed(lastError()))
            return
        }
        PQsetNoticeReceiver(handle, ignoreNotice, nil)
        timer = LoopTimer(on: loop) { [weak self] in
            guard let self else { return }
            finish(.silent(host))
        }
        host = currentHost(handle)
        scheduleTimer()
        // libpq's documentation: proceed as if PQconnectPoll had last asked for writing.
        wait(for: .writable)
    }

    /// Gives up; the completion is not called.
    func cancel() {
        completion = nil
        finish(.failed(.poolClosed))
    }

    /// Waits for the socket that libpq uses now: it may be another one after each poll.
    private func wait(for interest: SocketEvents) {
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
        case PGRES_POLLING_OK where PQsetnonblocking(handle, 1) == 0: connected(handle)
        default: finish(.failed(lastError()))
        }
        followHost()
    }

    /// A database in which some text cannot be kept is refused here, before anything is written: it would fail for one
    /// name or another, years later.
    private func connected(_ handle: OpaquePointer) {
        let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) }
        if let encoding, encoding != "UTF8" {
            let name = PQdb(handle).map { String(cString: $0) } ?? ""
            finish(.failed(.wrongEncoding(encoding, of: name)))
        } else {
            finish(.connected(Handle(pointer: handle), currentHost(handle)))
        }
    }

    /// libpq may have gone on to its next host, which then has a share of its own.
    private func followHost() {
        guard let handle else { return }
        let host = currentHost(handle)
        guard host != self.host else { return }
        self.host = host
        scheduleTimer()
    }

    private func scheduleTimer() {
        timer?.schedule(after: max(.zero, min(share, ContinuousClock.now.duration(to: deadline))))
    }

    private func currentHost(_ handle: OpaquePointer) -> PostgresEndpoint {
        func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
        return PostgresEndpoint(
            host: text(PQhost(handle)), address: text(PQhostaddr(handle)), port: text(PQport(handle)))
    }

    private func finish(_ outcome: Outcome) {
        stopWatching()
        timer?.cancel()
        timer = nil
        if case .connected = outcome {} else if let handle { PQfinish(handle) }
        handle = nil
        let completion = self.completion
        self.completion = nil
        completion?(outcome)
    }

    private func stopWatching() {
        watcher?.stop()
        watcher = nil
    }

    private func lastError() -> DatabaseError {
        PostgresErrors.connectionError(handle.map { String(cString: PQerrorMessage($0)) } ?? "", password: password)
    }
}

extension DatabaseError {
    static func wrongEncoding(_ encoding: String, of name: String) -> DatabaseError {
        DatabaseError(
            .configuration,
            "the encoding of the database \(name) is \(encoding), in which not every text can be kept: make one with "
                + "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and use that")
    }
}

/// libpq's receiver of notices, which else go to standard error.
private func ignoreNotice(_ argument: UnsafeMutableRawPointer?, _ result: OpaquePointer?) {}

/// An array of C strings, closed by a null pointer, as libpq takes its keywords and values.
private struct CStringArray {
    private var bytes: [CChar] = []
    private var offsets: [Int] = []

    init(_ strings: [String]) {
        for string in strings {
            offsets.append(bytes.count)
            bytes.append(contentsOf: string.utf8CString)
        }
    }

    /// Gives the pointers, valid during `body`.
    func withPointers<Value>(_ body: ([UnsafePointer<CChar>?]) -> Value) -> Value {
        bytes.withUnsafeBufferPointer { buffer in
            body(offsets.map { offset in buffer.baseAddress.map { $0 + offset } } + [nil])
        }
    }
}
