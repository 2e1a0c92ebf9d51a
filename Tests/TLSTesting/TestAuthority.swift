import COpenSSL
import Foundation
import Glibc

/// A certificate authority of a test, with a folder of its own for the files, which goes with it.
public final class TestAuthority {
    /// What could not be made.
    public struct Failure: Error {}

    /// A certificate and its key, in PEM.
    public struct Issued: Sendable {
        /// The certificate's file.
        public let certificate: String
        /// The key's file.
        public let key: String
    }

    /// Where all files are.
    public let folder: String
    /// The authority's own certificate, in PEM.
    public let certificateFile: String
    private let key: OpaquePointer
    private let certificate: OpaquePointer
    private var serial = 1

    /// Makes an authority of this name.
    public convenience init(name: String = "a test's authority") throws {
        try self.init(name: name, parent: nil)
    }

    /// Makes an authority that this one vouches for.
    public func intermediate(name: String = "a test's intermediate authority") throws -> TestAuthority {
        serial += 1
        return try TestAuthority(name: name, parent: self)
    }

    private init(name: String, parent: TestAuthority?) throws {
        folder = NSTemporaryDirectory() + "w2f-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        certificateFile = folder + "/ca.crt"
        key = try Self.newKey()
        certificate = try Self.newCertificate(
            name, key: key, serial: parent?.serial ?? 1, from: -3600, until: 3600)
        let issuer = parent?.certificate ?? certificate
        try Self.extend(certificate, issuer: issuer, NID_basic_constraints, "critical,CA:TRUE")
        try Self.extend(certificate, issuer: issuer, NID_key_usage, "critical,keyCertSign,cRLSign")
        guard X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1,
            X509_sign(certificate, parent?.key ?? key, EVP_sha256()) > 0
        else { throw Failure() }
        try write([certificate], to: certificateFile)
    }

    deinit {
        EVP_PKEY_free(key)
        X509_free(certificate)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Makes a certificate for `names` (such as `DNS:localhost`, `IP:127.0.0.1`), valid from and until so many seconds
    /// from now.
    public func issue(
        _ file: String, commonName: String = "localhost", names: String? = "DNS:localhost,IP:127.0.0.1",
        from: Int = -3600, until: Int = 3600, passphrase: String? = nil
    ) throws -> Issued {
        serial += 1
        let key = try Self.newKey()
        defer { EVP_PKEY_free(key) }
        let made = try Self.newCertificate(commonName, key: key, serial: serial, from: from, until: until)
        defer { X509_free(made) }
        try Self.extend(made, issuer: certificate, NID_basic_constraints, "CA:FALSE")
        if let names { try Self.extend(made, issuer: certificate, NID_subject_alt_name, names) }
        guard X509_set_issuer_name(made, X509_get_subject_name(certificate)) == 1,
            X509_sign(made, self.key, EVP_sha256()) > 0
        else { throw Failure() }
        let issued = Issued(certificate: "\(folder)/\(file).crt", key: "\(folder)/\(file).key")
        try write([made], to: issued.certificate)
        try write(key: key, to: issued.key, passphrase: passphrase)
        return issued
    }

    /// Writes a text into the folder, and says where.
    public func file(_ name: String, _ text: String) throws -> String {
        let path = "\(folder)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    // MARK: OpenSSL

    private static func newKey() throws -> OpaquePointer {
        let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
            EVP_PKEY_keygen(context, &key) == 1, let key
        else { throw Failure() }
        return key
    }

    private static func newCertificate(
        _ commonName: String, key: OpaquePointer, serial: Int, from: Int, until: Int
    ) throws -> OpaquePointer {
        guard let made = X509_new(), X509_set_version(made, 2) == 1,
            ASN1_INTEGER_set(X509_get_serialNumber(made), serial) == 1,
            X509_gmtime_adj(X509_getm_notBefore(made), from) != nil,
            X509_gmtime_adj(X509_getm_notAfter(made), until) != nil,
            X509_NAME_add_entry_by_txt(
                X509_get_subject_name(made), "CN", MBSTRING_UTF8, commonName, CInt(commonName.utf8.count), -1, 0) == 1,
            X509_set_pubkey(made, key) == 1
        else { throw Failure() }
        return made
    }

    private static let MBSTRING_UTF8: CInt = 0x1000

    private static func extend(
        _ certificate: OpaquePointer, issuer: OpaquePointer, _ extension: CInt, _ value: String
    ) throws {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        guard let made = X509V3_EXT_conf_nid(nil, &context, `extension`, value) else { throw Failure() }
        defer { X509_EXTENSION_free(made) }
        guard X509_add_ext(certificate, made, -1) == 1 else { throw Failure() }
    }

    private func write(_ certificates: [OpaquePointer], to path: String) throws {
        let bio = BIO_new_file(path, "w")
        defer { BIO_free(bio) }
        for certificate in certificates {
            guard PEM_write_bio_X509(bio, certificate) == 1 else { throw Failure() }
        }
    }

    private func write(key: OpaquePointer, to path: String, passphrase: String?) throws {
        let bio = BIO_new_file(path, "w")
        defer { BIO_free(bio) }
        let status =
            if let passphrase {
                PEM_write_bio_PKCS8PrivateKey(
                    bio, key, EVP_aes_128_cbc(), passphrase, CInt(passphrase.utf8.count), nil, nil)
            } else {
                PEM_write_bio_PrivateKey(bio, key, nil, nil, 0, nil, nil)
            }
        guard status == 1 else { throw Failure() }
    }
}
