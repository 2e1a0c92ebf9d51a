import CLibpq
import EventLoop
import Glibc

/// A connection to PostgreSQL by libpq in non-blocking mode, confined to its loop. It runs one statement, or one batch of
/// them, at a time and calls back, on the loop; the pool around it decides everything else.
///
/// While it is idle it still reads, so that a server that goes away is noticed at once.
final class PostgresConnection {
    /// The state of the transaction, as the server last reported it.
    enum TransactionStatus {
        case none, open, failed, unknown
    }

    /// Called with the channel and the payload of each notification.
    var onNotification: ((_ channel: String, _ payload: String) -> Void)?
    /// A Boolean value that indicates whether the server has said that it writes nothing: it is a standby by now, or
    /// about to be stopped.
    private(set) var isReadOnly = false

    private let loop: EventLoop
    private let password: String?
    /// Called once if the connection ends otherwise than by `close`, after its statement's completion.
    private let onLost: (DatabaseError) -> Void
    /// Owned: given to `init`, freed by `disconnect`, used on the loop only.
    private var handle: OpaquePointer?
    private var watcher: SocketWatcher?
    private var timer: LoopTimer?
    /// The running work: a statement, or a batch, or nothing.
    private var query: PostgresQueryWork?
    private var batch: PostgresBatchWork?
    private var number = 0
    private var machine: PostgresQueryStateMachine
    /// A Boolean value that indicates whether anything has come since what runs was begun.
    private var isHeard = false

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

    /// A Boolean value that indicates whether another caller can use it: it is not broken, and no statement and no
    /// transaction is open.
    var isReusable: Bool { !isBusy && transactionStatus == .none }

    private var isBusy: Bool { query != nil || batch != nil }

    /// The state of the transaction.
    var transactionStatus: TransactionStatus {
        guard let handle, PQstatus(handle) == CONNECTION_OK else { return .unknown }
        return switch PQtransactionStatus(handle) {
        case PQTRANS_IDLE: .none
        case PQTRANS_INTRANS: .open
        case PQTRANS_INERROR: .failed
        default: .unknown
        }
    }

    /// Looks at the socket of an idle connection, so that a server that went away is noticed before anything is sent, also
    /// where the loop has not come to tell of it.
    /// - Returns: whether the connection can be used; if not, its owner was told.
    func isStillThere() -> Bool {
        loop.preconditionInLoop()
        // A server that ends says so in a message or two before it closes.
        for _ in 0..<8 {
            guard let handle else { return false }
            var byte: UInt8 = 0
            let count = recv(PQsocket(handle), &byte, 1, CInt(MSG_PEEK) | CInt(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN { return true }
            ready(.readable)
        }
        return handle != nil
    }

    /// Runs a statement. What was there before must have ended.
    /// - Parameter number: names the statement for `abort`.
    func execute(
        _ sql: String, _ parameters: [SQLValue], number: Int, timeout: Duration,
        completion: @escaping (Result<SQLResult, any Error>) -> Void
    ) {
        do {
            try checkStart([sql])
            query = PostgresQueryWork(parameters: try PostgresParameters(parameters), completion: completion)
            begin(number, timeout)
            perform(machine.start(sql, isInTransaction: transactionStatus == .open))
        } catch {
            completion(.failure(error))
        }
    }

    /// Runs statements in one pipeline and one transaction. What was there before must have ended.
    func execute(
        _ statements: [SQLStatement], number: Int, timeout: Duration,
        completion: @escaping (Result<[SQLResult], any Error>) -> Void
    ) {
        do {
            let texts = statements.map(\.sql)
            try checkStart(texts)
            let parameters = try statements.map { try PostgresParameters($0.parameters) }
            batch = PostgresBatchWork(
                texts: texts, parameters: parameters, completion: completion,
                machine: PostgresBatch(steps: machine.plan(texts), count: texts.count))
            begin(number, timeout)
            sendBatch()
        } catch {
            completion(.failure(error))
        }
    }

    /// Ends the statement of that number, if it still runs, and with it the connection.
    func abort(_ number: Int, _ error: any Error) {
        guard isBusy, self.number == number else { return }
        breakOff(error)
    }

    /// Closes the connection; a statement that runs fails, and is stopped on the server.
    func close() {
        disconnect()?(DatabaseError.poolClosed)
    }

    private func checkStart(_ texts: [String]) throws {
        loop.preconditionInLoop()
        guard handle != nil else { throw DatabaseError.connectionBroke }
        guard !isBusy else {
            throw DatabaseError(.other, "a statement was started before the last one had ended")
        }
        guard !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw DatabaseError(.syntax, "the statement contains a U+0000")
        }
    }

    private func begin(_ number: Int, _ timeout: Duration) {
        self.number = number
        isHeard = false
        timer?.schedule(after: timeout)
    }

    /// Nothing runs any more.
    private func end() {
        timer?.cancel()
        query = nil
        batch = nil
    }

    // MARK: Steps of a statement

    private func perform(_ action: PostgresQueryStateMachine.Action) {
        guard let handle, let query else { return }
        let sent: CInt
        switch action {
        case .succeed:
            end()
            query.completion(.success(query.result))
            return
        case .fail(let error):
            end()
            query.completion(.failure(error))
            return
        case .deallocate(let name):
            sent = PQsendQueryParams(handle, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0)
        case .prepare(let name, let sql):
            sent = PQsendPrepare(handle, name, sql, 0, nil)
        case .executePrepared(let name):
            sent = Self.send(handle, prepared: name, query.parameters)
        case .execute(let sql):
            sent = Self.send(handle, text: sql, query.parameters)
        }
        if sent == 1 { flush() } else { lose() }
    }

    private static func send(_ handle: OpaquePointer, prepared name: String, _ parameters: PostgresParameters) -> CInt {
        parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(handle, name, parameters.count, values, lengths, formats, 0)
        }
    }

    private static func send(_ handle: OpaquePointer, text: String, _ parameters: PostgresParameters) -> CInt {
        parameters.withPointers { values, lengths, formats in
            PQsendQueryParams(handle, text, parameters.count, nil, values, lengths, formats, 0)
        }
    }

    /// The results of a step have all come.
    private func endStep(_ handle: OpaquePointer) {
        if batch != nil {
            batch?.machine.stepEnded()
            if batch?.machine.isComplete ?? false { endBatch(handle) }
        } else if let error = query?.error {
            query?.error = nil
            perform(machine.failed(error, canRetry: PQtransactionStatus(handle) == PQTRANS_IDLE))
        } else {
            perform(machine.succeeded())
        }
    }

    // MARK: Batches

    /// Sends all steps of the batch; libpq buffers what the socket does not take at once.
    private func sendBatch() {
        guard let handle, let batch else { return }
        var isSent = PQenterPipelineMode(handle) == 1
        for step in batch.machine.steps where isSent {
            switch step {
            case .deallocate(let name):
                isSent = PQsendQueryParams(handle, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0) == 1
            case .prepare(let name, let sql):
                isSent = PQsendPrepare(handle, name, sql, 0, nil) == 1
            case .execute(let index, let name?):
                isSent = Self.send(handle, prepared: name, batch.parameters[index]) == 1
            case .execute(let index, nil):
                isSent = Self.send(handle, text: batch.texts[index], batch.parameters[index]) == 1
            }
        }
        if isSent, PQpipelineSync(handle) == 1 { flush() } else { lose() }
    }

    private func endBatch(_ handle: OpaquePointer) {
        guard let batch else { return }
        guard PQexitPipelineMode(handle) == 1 else {
            lose()
            return
        }
        guard let failure = batch.machine.failure else {
            end()
            batch.completion(.success(batch.machine.results))
            return
        }
        guard machine.batchFailed(failure.step, sql: batch.failedText, failure.error), batch.retries < 3 else {
            end()
            batch.completion(.failure(failure.error))
            return
        }
        self.batch?.retries += 1
        self.batch?.machine = PostgresBatch(steps: machine.plan(batch.texts), count: batch.texts.count)
        sendBatch()
    }

    // MARK: The socket

    private func ready(_ readiness: SocketEvents) {
        guard let handle else { return }
        if readiness.contains(.readable), PQconsumeInput(handle) == 0 {
            lose()
            return
        }
        if readiness.contains(.readable) { isHeard = true }
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
        while let handle, isBusy, PQisBusy(handle) == 0 {
            if let result = PQgetResult(handle) {
                take(result)
            } else if PQstatus(handle) == CONNECTION_OK {
                endStep(handle)
            } else {
                lose()
            }
        }
        readNotifications()
    }

    private func readNotifications() {
        // PQisBusy also takes in what comes unasked.
        if let handle, !isBusy { _ = PQisBusy(handle) }
        while let handle, let notification = PQnotifies(handle) {
            let channel = notification.pointee.relname.map { String(cString: $0) } ?? ""
            let payload = notification.pointee.extra.map { String(cString: $0) } ?? ""
            PQfreemem(notification)
            // May close this connection.
            onNotification?(channel, payload)
        }
    }

    /// Reads a result, and frees it.
    private func take(_ result: OpaquePointer) {
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            record(.done(PostgresResult.read(result)))
        case PGRES_EMPTY_QUERY:
            record(.failed(DatabaseError(.syntax, "the statement is empty")))
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
            let error = PostgresErrors.error(of: result)
            if error.sqlState == PostgresErrors.readOnly { isReadOnly = true }
            record(.failed(error))
        case PGRES_PIPELINE_ABORTED:
            record(.skipped)
        case PGRES_PIPELINE_SYNC:
            batch?.machine.synchronized()
        default:
            // COPY, which nothing here speaks, leaves the connection in another mode.
            breakOff(DatabaseError(.syntax, "the statement is a COPY, which is not supported"))
        }
    }

    private func record(_ answer: PostgresBatch.Answer) {
        if batch != nil {
            if let step = batch?.machine.received(answer) { machine.batchSucceeded(step) }
            return
        }
        switch answer {
        case .done(let result): query?.result = result
        case .failed(let error): if query?.error == nil { query?.error = error }
        case .skipped: break
        }
    }

    // MARK: The end

    private func timedOut() {
        let lost: DatabaseError = isHeard ? .connectionBroke : .silentServer
        breakOff(DatabaseError(.timeout, "the statement took too long"), lost: lost)
    }

    /// Ends the statement and the connection: what the server makes of the statement is unknown.
    /// - Parameter lost: what the connection's owner is told.
    private func breakOff(_ error: any Error, lost: DatabaseError = .connectionBroke) {
        guard let fail = disconnect() else { return }
        fail(error)
        onLost(lost)
    }

    /// The connection broke. A server that shuts down says so before it closes: take its word where it came.
    private func lose() {
        guard let handle else { return }
        var reason = query?.error ?? batch?.machine.failure?.error
        var drained = 0
        while drained < 4, isBusy, let result = PQgetResult(handle) {
            drained += 1
            if reason == nil, PQresultStatus(result) == PGRES_FATAL_ERROR { reason = PostgresErrors.error(of: result) }
            PQclear(result)
        }
        let text = String(cString: PQerrorMessage(handle))
        let fail = disconnect()
        let found = reason ?? PostgresErrors.connectionError(text, password: password)
        let error = DatabaseError(.unavailable, sqlState: found.sqlState, found.message)
        fail?(error)
        onLost(error)
    }

    /// Frees the connection.
    /// - Returns: what tells whoever waits for what ran; to be called.
    private func disconnect() -> ((any Error) -> Void)? {
        guard let handle else { return nil }
        loop.preconditionInLoop()
        self.handle = nil
        timer?.cancel()
        timer = nil
        watcher?.stop()
        watcher = nil
        let (query, batch) = (self.query, self.batch)
        end()
        if query != nil || batch != nil, PQstatus(handle) == CONNECTION_OK { PostgresCanceller.shared.cancel(handle) }
        PQfinish(handle)
        if query == nil, batch == nil { return nil }
        return { error in
            query?.completion(.failure(error))
            batch?.completion(.failure(error))
        }
    }
}

extension DatabaseError {
    static let connectionBroke = DatabaseError(.unavailable, "the connection to PostgreSQL broke")

    /// Nothing came on a connection while a statement ran, until its time was over.
    static let silentServer = DatabaseError(.timeout, "PostgreSQL said nothing until a statement's time was over")
}
