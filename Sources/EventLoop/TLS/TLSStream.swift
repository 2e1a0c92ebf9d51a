/// TLS over another stream, which it owns. All but `cancel` is confined to the loop, as `ByteStream` says.
///
/// OpenSSL never touches the socket: `TLSSession` turns bytes into bytes, and this moves them, so that waiting,
/// deadlines and cancellation are those of the stream below. What was written is encrypted at once, up to
/// `batchSize` at a time; bytes whose encrypted form the socket has not taken count as not taken yet.
///
/// An idle connection holds no buffers: neither here nor in OpenSSL.
public final class TLSStream: ByteStream, @unchecked Sendable {
    // Safe to share: every member but the lets and `cancel` is confined to `loop`, and checks it on entry.

    /// The number of encrypted bytes that gather before the socket gets them.
    private static let batchSize = 64 * 1024
    /// The time that a handshake has left whose messages were in the socket before its deadline, and seen after it.
    private static let handshakeGrace = Duration.seconds(2)

    /// The loop that the stream belongs to.
    public let loop: EventLoop

    /// The certificate that we show as a client; nil where there is none.
    public let identity: TLSIdentity?

    private let stream: any ByteStream
    private let session: TLSSession
    /// Encrypted bytes that the session has not taken yet. Empty while a read waits.
    private var incoming = ReadBuffer()
    private var isReceiving = false
    /// The session has no plain bytes without more encrypted ones.
    private var isDry = true
    /// A Boolean value that indicates whether a record has begun of which the rest is still to come.
    public private(set) var hasPartialInput = false
    /// The other side has said that it sends no more.
    private var hasEnded = false
    /// Nothing can be encrypted before more was read: a message of the protocol's own has come in part.
    private var writeNeedsInput = false
    /// The writer that waits for that. Resumed by whoever takes it out.
    private var starvedWriter: UnsafeContinuation<Void, Never>?
    /// Plain bytes at the front of the next write that are encrypted already.
    private var heldBack = 0
    private var failure: StreamError?
    private var isClosed = false
    /// Our end was said (close_notify), and the stream below is to be told when that has left.
    private var isShut = false
    private var isHalfClosed = false

    private init(over stream: any ByteStream, session: TLSSession, identity: TLSIdentity?) {
        stream.loop.preconditionInLoop()
        loop = stream.loop
        self.stream = stream
        self.session = session
        self.identity = identity
    }

    /// Becomes the client of a server at the other end of `stream`.
    ///
    /// With TLS 1.3 a server refuses our certificate after this has returned: the first read then throws the alert.
    /// - Parameters:
    ///   - host: whom the server's certificate has to be for: a name or a literal address.
    ///   - deadline: when to give up; the stream has none afterwards.
    /// - Throws: `.tls`, or what the stream throws; the stream stays open for the caller to close.
    public static func connect(
        over stream: any ByteStream, to host: String, context: TLSClientContext, deadline: ContinuousClock.Instant?
    ) async throws(StreamError) -> TLSStream {
        let session: TLSSession
        do throws(TLSError) { session = try TLSSession(context, host: host) } catch { throw .tls(error) }
        return try await established(over: stream, session, context.identity, deadline)
    }

    /// Becomes the server of a client at the other end of `stream`; else as `connect`.
    public static func accept(
        over stream: any ByteStream, context: TLSServerContext, deadline: ContinuousClock.Instant?
    ) async throws(StreamError) -> TLSStream {
        let session: TLSSession
        do throws(TLSError) { session = try TLSSession(context) } catch { throw .tls(error) }
        return try await established(over: stream, session, nil, deadline)
    }

    private static func established(
        over stream: any ByteStream, _ session: TLSSession, _ identity: TLSIdentity?,
        _ deadline: ContinuousClock.Instant?
    ) async throws(StreamError) -> TLSStream {
        let secured = TLSStream(over: stream, session: session, identity: identity)
        stream.deadline = deadline
        try await secured.handshake()
        stream.deadline = nil
        return secured
    }

    /// The other end.
    public var remoteAddress: SocketAddress { stream.remoteAddress }

    /// The protocol's version, such as `TLSv1.3`.
    public var version: String {
        loop.preconditionInLoop()
        return session.version
    }

    /// A read or write that still waits at this time throws `StreamError.deadlineExceeded`.
    public var deadline: ContinuousClock.Instant? {
        get { stream.deadline }
        set { stream.deadline = newValue }
    }

    private func handshake() async throws(StreamError) {
        var isLate = false
        while true {
            let isDone: Bool
            do throws(TLSError) {
                isDone = try session.handshake(&incoming)
            } catch {
                throw fail(error)
            }
            try flush()
            while session.outputCount > 0 {
                try await stream.waitWritable()
                try flush()
            }
            if isDone { break }
            try await receive(orElse: .hungUp)
            if !isLate, let deadline, ContinuousClock.now >= deadline {
                isLate = true
                stream.deadline = .now + Self.handshakeGrace
            }
        }
        isDry = incoming.isEmpty && !session.hasPending
        hasPartialInput = !isDry
    }

    /// Ends the connection for good; an alert for the other side goes out if it can.
    private func fail(_ error: TLSError) -> StreamError {
        let failure = StreamError.tls(error)
        self.failure = failure
        try? flush()
        feedWriter()
        return failure
    }

    /// Closes both directions, after saying so to the other side if it listens; what waits throws `StreamError.closed`.
    public func close() {
        loop.preconditionInLoop()
        guard !isClosed else { return }
        isClosed = true
        if failure == nil {
            session.shut()
            try? flush()
        }
        failure = .closed
        feedWriter()
        stream.close()
    }

    /// Ends what waits now or later with `StreamError.cancelled`. From any thread.
    public nonisolated func cancel() {
        stream.cancel()
    }
}

// MARK: - Reading

extension TLSStream {
    /// Appends what has come to `buffer`, one record's bytes at most; 0 is the end that the other side announced.
    /// - Throws: `.tls(.truncated)` at an end without announcement.
    public func read(into buffer: inout ReadBuffer) async throws(StreamError) -> Int {
        loop.preconditionInLoop()
        while true {
            if let failure { throw failure }
            if hasEnded { return 0 }
            if let count = try readSession(into: &buffer) { return count }
            // Reserved for what did not come.
            buffer.releaseIfEmpty()
            try await receive(orElse: .truncated)
        }
    }

    /// - Returns: what `read` returns; nil where more input is needed.
    private func readSession(into buffer: inout ReadBuffer) throws(StreamError) -> Int? {
        guard !isDry else { return nil }
        let result: TLSSession.ReadResult
        do throws(TLSError) {
            result = try session.read(&incoming, into: &buffer)
        } catch {
            throw fail(error)
        }
        feedWriter()
        // The other side may have asked for new keys, and waits for ours.
        if session.outputCount > 0 { try flush() }
        switch result {
        case .bytes(let count):
            isDry = incoming.isEmpty && !session.hasPending
            hasPartialInput = !isDry
            return count
        case .wantsInput:
            isDry = true
            return nil
        case .end:
            hasEnded = true
            return 0
        }
    }

    /// Waits for encrypted bytes.
    private func receive(orElse end: TLSError) async throws(StreamError) {
        // Moved out for the time of the wait: nobody else may look at it meanwhile.
        var input = incoming
        incoming = ReadBuffer()
        input.releaseIfEmpty()
        isReceiving = true
        defer {
            incoming = input
            isReceiving = false
        }
        let count: Int
        do throws(StreamError) {
            count = try await stream.read(into: &input)
        } catch {
            feedWriter()
            throw failure ?? error
        }
        if let failure { throw failure }
        guard count > 0 else { throw fail(end) }
        isDry = false
        hasPartialInput = true
    }
}

// MARK: - Writing

extension TLSStream {
    /// Writes all of `bytes`, waiting for room as it must.
    public func write(_ bytes: [UInt8]) async throws(StreamError) {
        var sent = 0
        while sent < bytes.count {
            let taken = bytes.withUnsafeBytes { all in
                Result { () throws(StreamError) in try writeNow(UnsafeRawBufferPointer(rebasing: all[sent...])) }
            }
            sent += try taken.get()
            if sent < bytes.count { try await waitWritable() }
        }
    }

    /// Writes what goes without waiting. Bytes that were not taken may be encrypted already: the next write has to begin
    /// with them.
    public func writeNow(_ bytes: UnsafeRawBufferPointer) throws(StreamError) -> Int {
        loop.preconditionInLoop()
        if let failure { throw failure }
        try flush()
        guard session.outputCount == 0 else { return 0 }
        var taken = min(heldBack, bytes.count)
        heldBack -= taken
        while taken < bytes.count {
            let batch = try encrypt(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
            guard batch > 0 else { return taken }
            try flush()
            guard session.outputCount == 0 else {
                heldBack = batch
                return taken
            }
            taken += batch
        }
        return taken
    }

    /// Encrypts the first of `bytes`, for one write to the socket.
    private func encrypt(_ bytes: UnsafeRawBufferPointer) throws(StreamError) -> Int {
        var count = 0
        while count < bytes.count, session.outputCount < Self.batchSize {
            do throws(TLSError) {
                let taken = try session.write(UnsafeRawBufferPointer(rebasing: bytes[count...]))
                writeNeedsInput = taken == 0
                if writeNeedsInput { break }
                count += taken
            } catch {
                throw fail(error)
            }
        }
        return count
    }

    /// Waits until a write would make progress.
    public func waitWritable() async throws(StreamError) {
        loop.preconditionInLoop()
        if let failure { throw failure }
        if writeNeedsInput {
            // Only whoever reads can bring it; without a reader this would wait for ever.
            guard isReceiving else { throw fail(.failed("written before a message of the other side was read")) }
            await withUnsafeContinuation { starvedWriter = $0 }
        } else {
            try await stream.waitWritable()
        }
        if let failure { throw failure }
    }

    /// Something was read: a writer that waited for it may try again.
    private func feedWriter() {
        writeNeedsInput = false
        let writer = starvedWriter
        starvedWriter = nil
        writer?.resume()
    }

    /// Says that nothing more is sent (close_notify), and ends the stream below in this direction; reading goes on.
    public func shutdownWrite() {
        loop.preconditionInLoop()
        guard failure == nil, !isShut else { return }
        session.shut()
        isShut = true
        // What the socket does not take now goes out with the reads that follow.
        try? flush()
    }

    /// Gives the socket what waits for it, as far as it takes it.
    private func flush() throws(StreamError) {
        while session.outputCount > 0 {
            var sent = 0
            do throws(StreamError) {
                try session.sendOutput { (bytes) throws(StreamError) in
                    sent = try stream.writeNow(bytes)
                    return sent
                }
            } catch {
                throw explained(error)
            }
            guard sent > 0 else { return }
        }
        guard isShut, !isHalfClosed else { return }
        isHalfClosed = true
        stream.shutdownWrite()
    }

    /// Returns the reason why a write failed: who refuses us with an alert and closes makes the next write fail, and
    /// the alert, not read yet, says why. After this nothing more can be read.
    private func explained(_ error: StreamError) -> StreamError {
        guard case .system = error, failure == nil else { return failure ?? error }
        failure = error
        guard let socket = stream as? TCPStream else { return error }
        // While a read waits, the session has taken everything before.
        var input = isReceiving ? ReadBuffer() : incoming
        for _ in 0..<4 where socket.readNow(into: &input) <= 0 { break }
        var plain = ReadBuffer()
        do throws(TLSError) {
            while case .bytes = try session.read(&input, into: &plain) { plain.consume(plain.readableBytes) }
        } catch {
            if case .alert = error { failure = .tls(error) }
        }
        return failure ?? error
    }
}
