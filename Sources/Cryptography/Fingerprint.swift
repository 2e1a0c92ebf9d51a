internal import COpenSSL

/// 128 bits that tell byte sequences apart within this process, several times cheaper than SHA-256.
///
/// Poly1305 (RFC 8439 section 2.5) under a key that the process makes up at its first use. Used as a universal hash,
/// and not as the one-time authenticator that it is known as: for whoever does not know the key, two different
/// sequences of n bytes are equal with a chance of n / 2^107, and the key shows only in fingerprints. So these must
/// never leave the process; and they mean nothing in another one.
///
/// `@unchecked Sendable`: the prepared context is written in `init` alone and never freed. Afterwards it is only the
/// source of `EVP_MAC_CTX_dup`, which takes it as const and counts references atomically.
public struct Fingerprint: @unchecked Sendable {
    /// Bytes of a fingerprint.
    public static let count = 16
    private static let shared = Fingerprint()

    /// `nil` where OpenSSL has no Poly1305 (its FIPS provider): the first half of SHA-256 does then.
    private let prepared: OpaquePointer?

    private init() {
        prepared = Self.prepare()
    }

    /// The 16 bytes of the fingerprint of `bytes`.
    ///
    /// Traps, as Swift's own allocations do, if OpenSSL has no memory.
    public static func of(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard let prepared = shared.prepared else { return Array(SHA256.digest(bytes).prefix(count)) }
        return [UInt8](unsafeUninitializedCapacity: count) { output, written in
            let context = EVP_MAC_CTX_dup(prepared)
            defer { EVP_MAC_CTX_free(context) }
            let done = bytes.withUnsafeBytes { input in
                EVP_MAC_update(context, input.bindMemory(to: UInt8.self).baseAddress, input.count)
            }
            guard done == 1, EVP_MAC_final(context, output.baseAddress, &written, count) == 1, written == count else {
                preconditionFailure("OpenSSL has no memory")
            }
        }
    }

    private static func prepare() -> OpaquePointer? {
        guard let algorithm = EVP_MAC_fetch(nil, OSSL_MAC_NAME_POLY1305, nil) else { return nil }
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm), var key = try? SecureRandom.bytes(32) else { return nil }
        defer { key.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
        guard EVP_MAC_init(context, key, key.count, nil) == 1 else {
            EVP_MAC_CTX_free(context)
            return nil
        }
        return context
    }
}
