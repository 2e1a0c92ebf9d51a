internal import COpenSSL

/// A key of HMAC-SHA-256 (RFC 2104), made ready once.
///
/// The states of the inner and the outer hash after their padded key blocks are computed here, and copied for each
/// code: that spares two of the compressions of every message, and the key itself is not kept.
///
/// `@unchecked Sendable`: the two states are written in `init` alone and freed in `deinit`. In between they are only
/// the source of `EVP_MD_CTX_copy_ex`, which takes them as const, duplicates the provider's state with a plain copy
/// and counts the digest's references atomically; every code is computed in a context of its own.
public final class HMACSHA256Key: @unchecked Sendable {
    /// Bytes of a code.
    public static let codeCount = 32
    /// Bytes of a block of SHA-256.
    private static let blockCount = 64

    private let inner: OpaquePointer
    private let outer: OpaquePointer

    /// Prepares a key of any length but zero; over 64 bytes, its SHA-256 is the key (RFC 2104 section 2).
    ///
    /// - Throws: ``CryptographyError``: `emptyKey`, or `library` if OpenSSL has no memory or no SHA-256.
    public init(_ secret: [UInt8]) throws {
        guard !secret.isEmpty else { throw CryptographyError.emptyKey }
        var block = secret.count > Self.blockCount ? SHA256.digest(secret) : secret
        block.append(contentsOf: repeatElement(0, count: Self.blockCount - block.count))
        defer { block.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }

        guard let inner = EVP_MD_CTX_new(), let outer = EVP_MD_CTX_new() else {
            throw CryptographyError.library(operation: "EVP_MD_CTX_new")
        }
        self.inner = inner
        self.outer = outer
        try Self.begin(inner, block: &block, pad: 0x36)
        try Self.begin(outer, block: &block, pad: 0x36 ^ 0x5c)
    }

    deinit {
        // These wipe the states, which are as good as the key.
        EVP_MD_CTX_free(inner)
        EVP_MD_CTX_free(outer)
    }

    /// The 32 bytes of the code of `body`.
    ///
    /// Traps, as Swift's own allocations do, if OpenSSL has no memory.
    public func authenticationCode(for body: ArraySlice<UInt8>) -> [UInt8] {
        code { context in Self.update(context, with: body) }
    }

    /// The 32 bytes of the code of the segments one after the other, without joining them.
    ///
    /// Traps, as Swift's own allocations do, if OpenSSL has no memory.
    public func authenticationCode(for segments: [ArraySlice<UInt8>]) -> [UInt8] {
        code { context in segments.allSatisfy { Self.update(context, with: $0) } }
    }

    private func code(_ hashMessage: (OpaquePointer) -> Bool) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.codeCount) { output, written in
            let context = EVP_MD_CTX_new()
            defer { EVP_MD_CTX_free(context) }
            guard let context,
                EVP_MD_CTX_copy_ex(context, inner) == 1, hashMessage(context),
                EVP_DigestFinal_ex(context, output.baseAddress, nil) == 1,
                EVP_MD_CTX_copy_ex(context, outer) == 1,
                EVP_DigestUpdate(context, output.baseAddress, Self.codeCount) == 1,
                EVP_DigestFinal_ex(context, output.baseAddress, nil) == 1
            else { preconditionFailure("OpenSSL has no memory") }
            written = Self.codeCount
        }
    }

    /// Starts a hash with the key's block, each byte combined with `pad`. The block stays combined.
    private static func begin(_ context: OpaquePointer, block: inout [UInt8], pad: UInt8) throws {
        for index in block.indices { block[index] ^= pad }
        guard let digest = MessageDigest.sha256.pointer, EVP_DigestInit_ex2(context, digest, nil) == 1,
            update(context, with: block[...])
        else { throw CryptographyError.library(operation: "EVP_DigestInit_ex2(SHA2-256)") }
    }

    private static func update(_ context: OpaquePointer, with bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) == 1 }
    }
}

/// A key of HMAC (RFC 2104) with one of the longer functions of SHA-2, made ready once.
///
/// ``HMACSHA256Key`` is the one for the algorithm that nearly everybody uses, and is faster.
///
/// `@unchecked Sendable`: the context is written in `init` alone and freed in `deinit`. In between it is only the
/// source of `EVP_MAC_CTX_dup`, which takes it as const and counts references atomically.
public final class HMACKey: @unchecked Sendable {
    /// The hash function.
    public enum Function: Sendable, Hashable, CaseIterable {
        /// SHA-384: 48 bytes.
        case sha384
        /// SHA-512: 64 bytes.
        case sha512

        /// Bytes of a code.
        public var codeCount: Int {
            switch self {
            case .sha384: 48
            case .sha512: 64
            }
        }

        fileprivate var name: String {
            switch self {
            case .sha384: "SHA2-384"
            case .sha512: "SHA2-512"
            }
        }
    }

    private let prepared: OpaquePointer
    private let function: Function

    /// Prepares a key of any length but zero.
    ///
    /// - Throws: ``CryptographyError``: `emptyKey`, or `library` if OpenSSL has no memory or not this function.
    public init(_ secret: [UInt8], function: Function) throws {
        guard !secret.isEmpty else { throw CryptographyError.emptyKey }
        guard let algorithm = EVP_MAC_fetch(nil, OSSL_MAC_NAME_HMAC, nil) else {
            throw CryptographyError.library(operation: "EVP_MAC_fetch(HMAC)")
        }
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm) else {
            throw CryptographyError.library(operation: "EVP_MAC_CTX_new")
        }
        prepared = context
        self.function = function
        var name = Array(function.name.utf8CString)
        let done = name.withUnsafeMutableBufferPointer { name in
            let parameters = [
                OSSL_PARAM_construct_utf8_string(ParameterName.pointer("digest"), name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return EVP_MAC_init(context, secret, secret.count, parameters)
        }
        guard done == 1 else { throw CryptographyError.library(operation: "EVP_MAC_init(HMAC)") }
    }

    deinit {
        // This wipes the key.
        EVP_MAC_CTX_free(prepared)
    }

    /// The code of the segments one after the other, without joining them.
    ///
    /// Traps, as Swift's own allocations do, if OpenSSL has no memory.
    public func authenticationCode(for segments: [ArraySlice<UInt8>]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: function.codeCount) { output, written in
            let context = EVP_MAC_CTX_dup(prepared)
            defer { EVP_MAC_CTX_free(context) }
            let done = segments.allSatisfy { segment in
                segment.withUnsafeBytes { input in
                    EVP_MAC_update(context, input.bindMemory(to: UInt8.self).baseAddress, input.count) == 1
                }
            }
            guard done, EVP_MAC_final(context, output.baseAddress, &written, output.count) == 1 else {
                preconditionFailure("OpenSSL has no memory")
            }
        }
    }
}
