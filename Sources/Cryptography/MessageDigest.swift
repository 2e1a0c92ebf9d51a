internal import COpenSSL

/// A digest algorithm of OpenSSL's default provider, fetched once for the process: an implicit fetch by name
/// costs more than the hash of a short message.
///
/// `@unchecked Sendable`: an `EVP_MD` is immutable once fetched, its reference count is atomic, and these are
/// never freed.
struct MessageDigest: @unchecked Sendable {
    static let sha256 = MessageDigest(name: "SHA2-256", count: 32)
    static let sha384 = MessageDigest(name: "SHA2-384", count: 48)
    static let sha512 = MessageDigest(name: "SHA2-512", count: 64)
    static let sha1 = MessageDigest(name: "SHA1", count: 20)

    /// `nil` if no provider has the algorithm, which only a broken OpenSSL configuration brings about.
    let pointer: OpaquePointer?
    /// Bytes of a digest.
    let count: Int

    private init(name: String, count: Int) {
        self.pointer = EVP_MD_fetch(nil, name, nil)
        self.count = count
    }

    /// The digest of `bytes`.
    ///
    /// Traps, as Swift's own allocations do, if OpenSSL has no memory or lacks the algorithm.
    func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { output, written in
            let done = bytes.withUnsafeBytes { input in
                EVP_Digest(input.baseAddress, input.count, output.baseAddress, nil, pointer, nil)
            }
            precondition(done == 1, "OpenSSL has no memory, or not this digest")
            written = count
        }
    }
}
