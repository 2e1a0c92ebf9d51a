import COpenSSL
import Dispatch
import Glibc

/// The settings that the connections of one configuration share: protocol versions, ciphers, certificate, key and
/// authorities.
///
/// Server and client contexts hold one. It never changes after it was made: files that are replaced need another.
final class TLSContext: @unchecked Sendable {
    // Safe to share: an SSL_CTX is reference-counted, and OpenSSL locks or copies what SSL_new and the connections made
    // from it touch (openssl-threads(7)), as long as nobody changes the context; nothing here does after the initialiser.
    let raw: OpaquePointer

    init(isServer: Bool) throws(TLSError) {
        ERR_clear_error()
        guard let raw = w2f_tls_context_new(isServer ? 1 : 0) else { throw .failed(TLSFile.takeReason()) }
        self.raw = raw
    }

    deinit {
        SSL_CTX_free(raw)
    }

    /// Makes this our certificate, with the intermediate ones behind it, and its key. Only before anyone has the context.
    func use(_ certificate: TLSCertificateFile, keyFile: String) throws(TLSError) {
        ERR_clear_error()
        guard SSL_CTX_use_certificate(raw, certificate.certificates[0]) == 1 else {
            throw .unusable(
                file: certificate.path, reason: "holds a certificate that can't be used: \(TLSFile.takeReason())")
        }
        for intermediate in certificate.certificates.dropFirst() {
            guard w2f_tls_context_add_chain(raw, intermediate) == 1 else {
                throw .unusable(
                    file: certificate.path, reason: "holds a chain that can't be used: \(TLSFile.takeReason())")
            }
        }
        let key = try Self.key(in: keyFile)
        defer { EVP_PKEY_free(key) }
        // A key that does not match is refused here already, if it is of the certificate's kind.
        guard SSL_CTX_use_PrivateKey(raw, key) == 1, SSL_CTX_check_private_key(raw) == 1 else {
            ERR_clear_error()
            throw .keyMismatch(certificate: certificate.path, key: keyFile)
        }
    }

    private static func key(in path: String) throws(TLSError) -> OpaquePointer {
        var bytes = try TLSFile.read(path)
        defer { TLSFile.wipe(&bytes) }
        ERR_clear_error()
        let key = TLSFile.withMemoryBIO(bytes) { PEM_read_bio_PrivateKey($0, nil, w2f_no_passphrase, nil) }
        if let key { return key }
        let reason = TLSFile.takeReason()
        guard contains(bytes, "PRIVATE KEY-----") else {
            throw .unusable(file: path, reason: "holds no private key in PEM")
        }
        // It stands in the first line of PKCS#8, and in a header of the older form.
        let isEncrypted = contains(bytes, "ENCRYPTED")
        throw .unusable(
            file: path,
            reason: isEncrypted
                ? "holds an encrypted key: one without a passphrase is needed"
                : "holds a private key that can't be read: \(reason)")
    }

    private static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        let text = Array(text.utf8)
        return bytes.indices.contains { bytes[$0...].starts(with: text) }
    }

    /// Trusts these authorities. Only before anyone has the context.
    fileprivate func trust(_ authorities: TLSCertificateFile) throws(TLSError) {
        ERR_clear_error()
        for certificate in authorities.certificates {
            guard w2f_tls_context_add_authority(raw, certificate) == 1 else {
                throw .unusable(
                    file: authorities.path, reason: "holds an authority that can't be used: \(TLSFile.takeReason())")
            }
        }
    }

    /// Trusts the system's authorities. Only before anyone has the context.
    fileprivate func trustSystem() throws(TLSError) {
        ERR_clear_error()
        guard SSL_CTX_set_default_verify_paths(raw) == 1 else { throw .failed(TLSFile.takeReason()) }
    }

    /// Takes no client without a certificate of these authorities. Only before anyone has the context.
    fileprivate func requireClients(of authorities: TLSCertificateFile) throws(TLSError) {
        ERR_clear_error()
        let status = authorities.certificates.map(Optional.some).withUnsafeBufferPointer {
            w2f_tls_context_require_client(raw, $0.baseAddress, CInt($0.count))
        }
        guard status == 1 else {
            throw .unusable(
                file: authorities.path, reason: "holds an authority that can't be used: \(TLSFile.takeReason())")
        }
    }

    /// Chooses this protocol where a client offers it. Only before anyone has the context.
    func choose(_ applicationProtocol: StaticString) {
        // A literal lives as long as the process, and ends in NUL.
        applicationProtocol.utf8Start.withMemoryRebound(to: CChar.self, capacity: applicationProtocol.utf8CodeUnitCount)
        {
            w2f_tls_context_choose_protocol(raw, $0)
        }
    }
}

/// The TLS settings of a client: whom to trust, and who we are. Immutable; may be shared by all loops.
public struct TLSClientContext: Sendable {
    /// The files that a client context is made from, in PEM.
    public struct Files: Sendable, Hashable {
        /// The authorities to trust; nil trusts the system's.
        public var authorities: String?
        /// Our certificate, with intermediate ones behind it; nil shows none.
        public var certificate: String?
        /// The certificate's key; goes with `certificate`.
        public var key: String?

        /// Files at these paths.
        public init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
            self.authorities = authorities
            self.certificate = certificate
            self.key = key
        }
    }

    let context: TLSContext

    /// The certificate that we show; nil where there is none.
    public let identity: TLSIdentity?

    /// Reads the files; blocks for the disk.
    /// - Throws: which file can't be read or used and why, `keyMismatch`, `expired`, `notYetValid`.
    public init(_ files: Files) throws(TLSError) {
        try self.init(files, now: Int64(time(nil)))
    }

    /// The same at another time; nil does not look at the time.
    init(_ files: Files, now: Int64?) throws(TLSError) {
        context = try TLSContext(isServer: false)
        if let path = files.authorities {
            try context.trust(TLSCertificateFile(path: path))
        } else {
            try context.trustSystem()
        }
        guard let path = files.certificate, let key = files.key else {
            identity = nil
            return
        }
        let certificate = try TLSCertificateFile(path: path)
        identity = certificate.identity
        try context.use(certificate, keyFile: key)
        // A broker would refuse it, but could say so less clearly.
        if let now { try certificate.checkValidity(at: now) }
    }

    /// Reads the files without blocking the caller's loop.
    public static func load(_ files: Files) async throws(TLSError) -> TLSClientContext {
        try await TLSLoading.run { () throws(TLSError) in try TLSClientContext(files) }
    }
}

/// The TLS settings of a server: the certificate to show. Immutable; may be shared by all loops.
public struct TLSServerContext: Sendable {
    /// The files that a server context is made from, in PEM.
    public struct Files: Sendable, Hashable {
        /// Our certificate, with intermediate ones behind it.
        public var certificate: String
        /// The certificate's key.
        public var key: String
        /// Authorities of clients: with them, nobody is served without a certificate of theirs.
        public var clientAuthorities: String?

        /// Files at these paths.
        public init(certificate: String, key: String, clientAuthorities: String? = nil) {
            self.certificate = certificate
            self.key = key
            self.clientAuthorities = clientAuthorities
        }
    }

    let context: TLSContext

    /// The reason why the certificate is not valid now, if it is not: it can be served all the same.
    public let validity: TLSError?

    /// The last second at which the certificate is valid, in UTC, as `2026-01-31 23:59:59 UTC`.
    public let validUntil: String

    /// Reads the files; blocks for the disk.
    /// - Parameter applicationProtocol: what is chosen where a client offers it (ALPN, RFC 7301), such as `http/1.1`.
    /// - Throws: which file can't be read or used and why, `keyMismatch`.
    public init(_ files: Files, applicationProtocol: StaticString? = nil) throws(TLSError) {
        context = try TLSContext(isServer: true)
        let certificate = try TLSCertificateFile(path: files.certificate)
        try context.use(certificate, keyFile: files.key)
        if let path = files.clientAuthorities {
            try context.requireClients(of: TLSCertificateFile(path: path))
        }
        if let applicationProtocol { context.choose(applicationProtocol) }
        validUntil = TLSFile.text(of: w2f_certificate_not_after(certificate.certificates[0]))
        do throws(TLSError) {
            try certificate.checkValidity(at: Int64(time(nil)))
            validity = nil
        } catch {
            validity = error
        }
    }

    /// Reads the files without blocking the caller's loop.
    public static func load(
        _ files: Files, applicationProtocol: StaticString? = nil
    ) async throws(TLSError) -> TLSServerContext {
        try await TLSLoading.run { () throws(TLSError) in
            try TLSServerContext(files, applicationProtocol: applicationProtocol)
        }
    }
}

/// A thread for reading TLS files: a disk may block, and parsing all public authorities takes milliseconds, so never on
/// a loop.
private enum TLSLoading {
    private static let queue = DispatchQueue(label: "tls-files")

    /// Loads under way and waiting, and the most there may be: a disk that hangs must not gather them. No key: each loop's
    /// publisher has one load at a time, and SIGHUP one more.
    private static let pending = Locked(0)
    private static let maxPending = 64

    /// Runs `load` on the queue and returns to the caller's executor with what it came to.
    static func run<Loaded: Sendable>(
        _ load: @escaping @Sendable () throws(TLSError) -> Loaded
    ) async throws(TLSError) -> Loaded {
        let isAdmitted = pending.withLock { pending in
            if pending < maxPending { pending += 1 } else { return false }
            return true
        }
        guard isAdmitted else { throw .failed("reading the certificates' files takes too long") }
        let loaded = await withUnsafeContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(TLSError) in try load() }) }
        }
        pending.withLock { $0 -= 1 }
        return try loaded.get()
    }
}
