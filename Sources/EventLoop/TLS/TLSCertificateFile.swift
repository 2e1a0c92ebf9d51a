import COpenSSL
import Glibc

/// The certificates of a PEM file, which it frees.
final class TLSCertificateFile {
    /// The file's name.
    let path: String
    /// At least one `X509`, in the order of the file.
    let certificates: [OpaquePointer]

    /// Reads all certificates of a file; blocks for the disk.
    init(path: String) throws(TLSError) {
        self.path = path
        certificates = try Self.parse(try TLSFile.read(path), path)
    }

    deinit {
        for certificate in certificates { X509_free(certificate) }
    }

    private static func parse(_ bytes: [UInt8], _ path: String) throws(TLSError) -> [OpaquePointer] {
        let (found, isWhole) = TLSFile.withMemoryBIO(bytes) { bio in
            var found: [OpaquePointer] = []
            ERR_clear_error()
            while let certificate = PEM_read_bio_X509(bio, nil, w2f_no_passphrase, nil) { found.append(certificate) }
            // Behind the last certificate the search for another start ends in this error.
            return (found, TLSFile.isMissingPEM(ERR_peek_last_error()))
        }
        let reason = TLSFile.takeReason()
        if isWhole, !found.isEmpty { return found }
        for certificate in found { X509_free(certificate) }
        guard isWhole else {
            throw .unusable(file: path, reason: "holds a certificate that can't be read: \(reason)")
        }
        throw .unusable(file: path, reason: "holds no certificate in PEM")
    }

    /// The first certificate, for messages to people.
    var identity: TLSIdentity {
        var name = [CChar](repeating: 0, count: 256)
        let hasName = w2f_certificate_common_name(certificates[0], &name, name.count) == 1
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return TLSIdentity(
            file: path, commonName: hasName ? String(decoding: bytes, as: UTF8.self) : nil,
            validUntil: TLSFile.text(of: w2f_certificate_not_after(certificates[0])))
    }

    /// Throws if the first certificate is not valid at this time (seconds since 1970).
    func checkValidity(at now: Int64) throws(TLSError) {
        let certificate = certificates[0]
        let (first, last) = (w2f_certificate_not_before(certificate), w2f_certificate_not_after(certificate))
        if now > last { throw .expired(file: path, since: TLSFile.text(of: last)) }
        if now < first { throw .notYetValid(file: path, until: TLSFile.text(of: first)) }
    }
}
