import COpenSSL
import Encodings
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

/// The subject of a client's certificate, for messages to people: nothing in it is secret.
public struct TLSIdentity: Sendable, Hashable, CustomStringConvertible {
    /// The certificate's file.
    public let file: String
    /// The subject's common name, if there is one.
    public let commonName: String?
    /// The last second at which the certificate is valid, in UTC, as `2026-01-31 23:59:59 UTC`.
    public let validUntil: String

    /// File, name and date, for a line of a log.
    public var description: String {
        "the certificate in \(file) (\(commonName.map { "CN \($0), " } ?? "without a CN, ")valid until \(validUntil))"
    }
}

/// The limits for reading TLS files.
enum TLSFile {
    /// The most bytes that a file may have: bundles of all public authorities have a quarter of it. No key, therefore.
    static let maximumSize = 1 << 20

    /// The bytes of a file; blocks for the disk.
    static func read(_ path: String) throws(TLSError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(file: path, reason: systemErrorText(errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        defer { wipe(&piece) }
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(file: path, reason: systemErrorText(errno)) }
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: piece[..<count])
            guard bytes.count <= maximumSize else {
                throw .unreadable(file: path, reason: "it has more than \(maximumSize) bytes")
            }
        }
    }

    /// Overwrites what may be a key, in a way that the compiler does not leave out.
    static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    /// Lets OpenSSL read bytes as a file.
    static func withMemoryBIO<Result>(_ bytes: [UInt8], _ body: (OpaquePointer?) -> Result) -> Result {
        bytes.withUnsafeBytes { raw in
            // Copies nothing; an empty file still needs a pointer.
            let bio = BIO_new_mem_buf(raw.baseAddress ?? UnsafeRawPointer(bitPattern: 1), CInt(raw.count))
            defer { BIO_free(bio) }
            return body(bio)
        }
    }

    /// Returns a Boolean value that indicates whether this error says that no PEM block was found.
    fileprivate static func isMissingPEM(_ code: UInt) -> Bool {
        ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE
    }

    /// The first error in OpenSSL's queue in its own words; empties the queue.
    static func takeReason() -> String {
        defer { ERR_clear_error() }
        guard let text = ERR_reason_error_string(ERR_peek_error()) else { return "unknown" }
        return String(cString: text)
    }

    /// A time in UTC, as `2026-01-31 23:59:59 UTC`.
    static func text(of seconds: Int64) -> String {
        var bytes: [UInt8] = []
        CivilTime(secondsSince1970: seconds).appendISO8601(to: &bytes)
        return String(decoding: bytes.map { $0 == UInt8(ascii: "T") ? UInt8(ascii: " ") : $0 }, as: UTF8.self) + " UTC"
    }
}
