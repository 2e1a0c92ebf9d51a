import COpenSSL

/// The state of one TLS connection, without I/O: encrypted bytes in, plain bytes out, and the other way round. Confined
/// to one loop by its owner.
final class TLSSession {
    /// The outcome of a read.
    enum ReadResult: Equatable {
        /// Plain bytes were appended.
        case bytes(Int)
        /// There are none without more encrypted ones.
        case wantsInput
        /// The other side sends no more.
        case end
    }

    // Freed in deinit; nobody else has it. It holds a reference to OpenSSL's context by itself.
    private let tls: OpaquePointer
    /// The name for the other side in messages.
    private let peer: String

    /// The server's side.
    init(_ server: TLSServerContext) throws(TLSError) {
        tls = try Self.make(server.context, isServer: true)
        peer = "the client"
    }

    /// The client's side.
    /// - Parameter host: what the server's certificate has to be for: a name, or a literal address.
    init(_ client: TLSClientContext, host: String) throws(TLSError) {
        tls = try Self.make(client.context, isServer: false)
        peer = host
        let isAddress = SocketAddress(literal: host, port: 0) != nil
        guard w2f_tls_expect(tls, host, isAddress ? 1 : 0) == 1 else {
            throw .failed("\(host) is no name that a certificate could have")
        }
    }

    deinit {
        w2f_tls_free(tls)
    }

    private static func make(_ context: TLSContext, isServer: Bool) throws(TLSError) -> OpaquePointer {
        guard let tls = w2f_tls_new(context.raw, isServer ? 1 : 0) else { throw .failed("out of memory") }
        return tls
    }

    /// The protocol's version, such as `TLSv1.3`, once the handshake is done.
    var version: String { String(cString: w2f_tls_version(tls)) }

    /// Goes on with the handshake.
    /// - Returns: Whether it is done; if not, more input is needed.
    func handshake(_ input: inout ReadBuffer) throws(TLSError) -> Bool {
        var used = 0
        let result = input.withReadable { w2f_tls_handshake(tls, $0.baseAddress, $0.count, &used) }
        input.consume(used)
        switch result {
        case W2F_TLS_DONE: return true
        case W2F_TLS_WANTS_INPUT: return false
        case W2F_TLS_END: throw .hungUp
        default: throw failure
        }
    }

    /// Appends plain bytes to `plain`, one record's at most.
    func read(_ input: inout ReadBuffer, into plain: inout ReadBuffer) throws(TLSError) -> ReadResult {
        var used = 0
        var result = W2F_TLS_FAILED
        let (count, _) = plain.withFreeRoom { room in
            var count = 0
            result = input.withReadable {
                w2f_tls_read(tls, $0.baseAddress, $0.count, &used, room.baseAddress, room.count, &count)
            }
            return count
        }
        input.consume(used)
        switch result {
        case W2F_TLS_DONE: return .bytes(count)
        case W2F_TLS_WANTS_INPUT: return .wantsInput
        case W2F_TLS_END: return .end
        default: throw failure
        }
    }

    /// A Boolean value that indicates whether a read could give bytes without more input.
    var hasPending: Bool { w2f_tls_has_pending(tls) != 0 }

    /// Encrypts a part of `bytes`, one record at most, after the handshake.
    /// - Returns: How many bytes were taken; 0 where a message of the protocol's own (a ticket, new keys) has come in part,
    ///   and the rest has to be read first.
    func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) -> Int {
        guard !bytes.isEmpty else { return 0 }
        var taken = 0
        switch w2f_tls_write(tls, bytes.baseAddress, bytes.count, &taken) {
        case W2F_TLS_DONE: return taken
        case W2F_TLS_WANTS_INPUT: return 0
        default: throw failure
        }
    }

    /// Says that nothing more is sent (close_notify), if the handshake is done. Not after a failure.
    func shut() {
        w2f_tls_shut(tls)
    }

    /// The number of encrypted bytes that wait for the other side.
    var outputCount: Int {
        var count = 0
        _ = w2f_tls_output(tls, &count)
        return count
    }

    /// Hands the waiting encrypted bytes to `send`, which says how many went.
    func sendOutput(_ send: (UnsafeRawBufferPointer) throws(StreamError) -> Int) throws(StreamError) {
        var count = 0
        let start = w2f_tls_output(tls, &count)
        guard count > 0 else { return }
        let sent = try send(UnsafeRawBufferPointer(start: start, count: count))
        w2f_tls_consume_output(tls, sent)
    }

    private var failure: TLSError {
        let failure = w2f_tls_last_failure(tls)
        let text = withUnsafeBytes(of: failure.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        switch failure.kind {
        case W2F_TLS_FAILURE_ALERT: return .alert(text)
        case W2F_TLS_FAILURE_UNTRUSTED: return .untrusted(peer: peer, reason: text)
        case W2F_TLS_FAILURE_NOT_TLS: return .notTLS
        case W2F_TLS_FAILURE_HTTP: return .plainHTTP
        default: return .failed(text)
        }
    }
}
