internal import COpenSSL
internal import CXXHash

/// SHA-1 (FIPS 180-4), for UUIDv5 (RFC 9562 section 5.5), which is defined by it. It proves nothing: collisions
/// are cheap, so no signature here is ever checked with it.
public enum SHA1 {
    /// The 20 bytes of the digest of `bytes`.
    public static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        MessageDigest.sha1.digest(bytes)
    }

    /// The 20 bytes of the digest of `bytes`.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        digest(bytes[...])
    }
}

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// The 32 bytes of the digest of `bytes`.
    public static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        MessageDigest.sha256.digest(bytes)
    }

    /// The 32 bytes of the digest of `bytes`.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        digest(bytes[...])
    }
}

/// SHA-384 (FIPS 180-4).
public enum SHA384 {
    /// The 48 bytes of the digest of `bytes`.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        MessageDigest.sha384.digest(bytes[...])
    }
}

/// SHA-512 (FIPS 180-4).
public enum SHA512 {
    /// The 64 bytes of the digest of `bytes`.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        MessageDigest.sha512.digest(bytes[...])
    }
}

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

/// XXH3 with 128 bits, seed 0, in the canonical (big-endian) form: what tells two payloads apart.
///
/// Not a cryptographic hash: whoever can choose both inputs can make them collide. Half a microsecond for 7 kB.
public enum XXH3 {
    /// Bytes of a digest.
    public static let count = 16

    /// The 16 bytes of the digest of `bytes`.
    public static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { output, written in
            bytes.withUnsafeBytes { cxxhash_xxh3_128($0.baseAddress, $0.count, output.baseAddress) }
            written = count
        }
    }
}
