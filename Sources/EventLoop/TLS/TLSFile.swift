import COpenSSL
import Encodings
import Glibc

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
    static func isMissingPEM(_ code: UInt) -> Bool {
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
