import CLibpq
import EventLoop

/// A connection to PostgreSQL by libpq in non-blocking mode, confined to its loop. It runs one statement at a time and
/// calls back, on the loop; the pool around it decides everything else.
///
/// While it is idle it still reads, so that a server that goes away is noticed at once.
final class PostgresConnection {
    typealias Completion = (Result<SQLResult, any Error>) -> Void

    /// Where the transaction stands, as the server last said.
    enum TransactionStatus {
        case none, open, failed, unknown
    }

    private struct Query {
        let parameters: PostgresParameters
        let number: Int
        let completion: Completion
        var result = SQLResult()
        var error: DatabaseError?
    }

    private let loop: EventLoop
    private let password: String?
    /// Called once if the connection ends otherwise than by `close`, after its statement's completion.
    private let onLost: (DatabaseError) -> Void
    /// Owned: given to `init`, freed by `disconnect`, used on the loop only.
    private var handle: OpaquePointer?
    private var watcher: SocketWatcher?
    private var timer: LoopTimer?
    private var query: Query?
    private var machine: PostgresQueryStateMachine

    /// - Parameter handle: a connected, non-blocking connection, which belongs to this object from now on.
    init(
        _ handle: OpaquePointer, loop: EventLoop, password: String?, preparedStatements: Int,
        onLost: @escaping (DatabaseError) -> Void
    ) {
        loop.preconditionInLoop()
        self.handle = handle
        self.loop = loop
        self.password = password
        self.onLost = onLost
        machine = PostgresQueryStateMachine(capacity: preparedStatements)
        let watcher = SocketWatcher(on: loop, descriptor: PQsocket(handle)) { [weak self] in self?.ready($0) }
        watcher.watch(.readable)
        self.watcher = watcher
        timer = LoopTimer(on: loop) { [weak self] in self?.timedOut() }
    }

    /// Whether another caller can use it: it is not broken, and no statement and no transaction is open.
    var isReusable: Bool { query == nil && transactionStatus == .none }

    /// Where the transaction stands.
    var transactionStatus: TransactionStatus {
        guard let handle, PQstatus(handle) == CONNECTION_OK else { return .unknown }
        return switch PQtransactionStatus(handle) {
        case PQTRANS_IDLE: .none
        case PQTRANS_INTRANS: .open
        case PQTRANS_INERROR: .failed
        default: .unknown
        }
    }

    /// Runs a statement. The one before must have ended.
    /// - Parameter number: names the statement for `abort`.
    func execute(
        _ sql: String, _ parameters: [SQLValue], number: Int, timeout: Duration,
        completion: @escaping Completion
    ) {
        loop.preconditionInLoop()
        do {
            guard handle != nil else { throw DatabaseError.connectionBroke }
            guard query == nil else {
                throw DatabaseError(.other, "a statement was started before the last one had ended")
            }
            guard !sql.utf8.contains(0) else { throw DatabaseError(.syntax, "the statement contains a U+0000") }
            query = Query(parameters: try PostgresParameters(parameters), number: number, completion: completion)
        } catch {
            completion(.failure(error))
            return
        }
        timer?.schedule(after: timeout)
        perform(machine.start(sql))
    }

    /// Ends the statement of that number, if it still runs, and with it the connection.
    func abort(_ number: Int, _ error: any Error) {
        guard query?.number == number else { return }
        breakOff(error)
    }

    /// Closes the connection; a statement that runs fails, and is stopped on the server.
    func close() {
        let query = disconnect()
        query?.completion(.failure(DatabaseError.poolClosed))
    }

    // MARK: Steps of a statement

    private func perform(_ action: PostgresQueryStateMachine.Action) {
        guard let handle, let parameters = query?.parameters else { return }
        let sent: CInt
        switch action {
        case .succeed:
            finish(.success(query?.result ?? SQLResult()))
            return
        case .fail(let error):
            finish(.failure(error))
            return
        case .deallocate(let name):
            sent = PQsendQueryParams(handle, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0)
        case .prepare(let name, let sql):
            sent = PQsendPrepare(handle, name, sql, 0, nil)
        case .executePrepared(let name):
            sent = parameters.withPointers { values, lengths, formats in
                PQsendQueryPrepared(handle, name, parameters.count, values, lengths, formats, 0)
            }
        case .execute(let sql):
            sent = parameters.withPointers { values, lengths, formats in
                PQsendQueryParams(handle, sql, parameters.count, nil, values, lengths, formats, 0)
            }
        }
        if sent == 1 { flush() } else { lose() }
    }

    private func finish(_ result: Result<SQLResult, any Error>) {
        timer?.cancel()
        let completion = query?.completion
        query = nil
        completion?(result)
    }

    /// The results of a step have all come.
    private func endStep(_ handle: OpaquePointer) {
        guard let error = query?.error else {
            perform(machine.succeeded())
            return
        }
        query?.error = nil
        perform(machine.failed(error, canRetry: PQtransactionStatus(handle) == PQTRANS_IDLE))
    }

    // MARK: The socket

    private func ready(_ readiness: Readiness) {
        guard let handle else { return }
        if readiness.contains(.readable), PQconsumeInput(handle) == 0 {
            lose()
            return
        }
        flush()
        readResults()
    }

    /// Sends what libpq has buffered, and watches for room if the socket takes no more.
    private func flush() {
        guard let handle else { return }
        switch PQflush(handle) {
        case 0: watcher?.watch(.readable)
        case 1: watcher?.watch([.readable, .writable])
        default: lose()
        }
    }

    /// Takes the results that are there; the end of a step's results leads to the next step.
    private func readResults() {
        while let handle, query != nil, PQisBusy(handle) == 0 {
            if let result = PQgetResult(handle) {
                take(result)
            } else if PQstatus(handle) == CONNECTION_OK {
                endStep(handle)
            } else {
                lose()
            }
        }
        guard let handle, query == nil else { return }
        // PQisBusy also takes in what comes unasked. Without LISTEN, that is nothing which anybody wants.
        _ = PQisBusy(handle)
        while let notification = PQnotifies(handle) { PQfreemem(notification) }
    }

    /// Reads a result, and frees it.
    private func take(_ result: OpaquePointer) {
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            query?.result = PostgresResult.read(result)
        case PGRES_EMPTY_QUERY:
            query?.error = DatabaseError(.syntax, "the statement is empty")
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
            if query?.error == nil { query?.error = PostgresErrors.error(of: result) }
        default:
            // COPY, which nothing here speaks, leaves the connection in another mode.
            breakOff(DatabaseError(.syntax, "the statement is a COPY, which is not supported"))
        }
    }

    // MARK: The end

    private func timedOut() {
        breakOff(DatabaseError(.timeout, "the statement took too long"))
    }

    /// Ends the statement and the connection: what the server makes of the statement is unknown.
    private func breakOff(_ error: any Error) {
        guard let query = disconnect() else { return }
        query.completion(.failure(error))
        onLost(.connectionBroke)
    }

    /// The connection broke. A server that shuts down says so before it closes: take its word where it came.
    private func lose() {
        guard let handle else { return }
        var drained = 0
        while drained < 4, query != nil, let result = PQgetResult(handle) {
            drained += 1
            if query?.error == nil, PQresultStatus(result) == PGRES_FATAL_ERROR {
                query?.error = PostgresErrors.error(of: result)
            }
            PQclear(result)
        }
        let text = String(cString: PQerrorMessage(handle))
        let query = disconnect()
        let reason = query?.error ?? PostgresErrors.connectionError(text, password: password)
        let error = DatabaseError(.unavailable, sqlState: reason.sqlState, reason.message)
        query?.completion(.failure(error))
        onLost(error)
    }

    /// Frees the connection.
    /// - Returns: the statement that ran, whose completion is still to be called.
    private func disconnect() -> Query? {
        guard let handle else { return nil }
        loop.preconditionInLoop()
        self.handle = nil
        timer?.cancel()
        timer = nil
        watcher?.stop()
        watcher = nil
        defer { query = nil }
        if query != nil, PQstatus(handle) == CONNECTION_OK { PostgresCanceller.shared.cancel(handle) }
        PQfinish(handle)
        return query
    }
}

extension DatabaseError {
    static let connectionBroke = DatabaseError(.unavailable, "the connection to PostgreSQL broke")
}
