import COpenSSL
import Glibc

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
