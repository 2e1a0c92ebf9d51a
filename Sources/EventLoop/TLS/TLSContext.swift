import COpenSSL
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
    func trust(_ authorities: TLSCertificateFile) throws(TLSError) {
        ERR_clear_error()
        for certificate in authorities.certificates {
            guard w2f_tls_context_add_authority(raw, certificate) == 1 else {
                throw .unusable(
                    file: authorities.path, reason: "holds an authority that can't be used: \(TLSFile.takeReason())")
            }
        }
    }

    /// Trusts the system's authorities. Only before anyone has the context.
    func trustSystem() throws(TLSError) {
        ERR_clear_error()
        guard SSL_CTX_set_default_verify_paths(raw) == 1 else { throw .failed(TLSFile.takeReason()) }
    }

    /// Takes no client without a certificate of these authorities. Only before anyone has the context.
    func requireClients(of authorities: TLSCertificateFile) throws(TLSError) {
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
