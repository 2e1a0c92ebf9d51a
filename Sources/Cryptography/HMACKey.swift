internal import COpenSSL

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
