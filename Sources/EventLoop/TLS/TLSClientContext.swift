import Glibc

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
