internal import COpenSSL

/// Keys from a key: HKDF with HMAC-SHA-256 (RFC 5869).
///
/// One root gives as many independent keys as there are info strings; none of them says anything about the root or
/// about another.
public enum HKDFSHA256 {
    /// The longest output: 255 hashes (RFC 5869 section 2.3).
    public static let maximumCount = 255 * 32

    /// The requested key cannot be derived.
    public enum Failure: Error, Hashable {
        /// There is nothing to derive from.
        case emptyRoot
        /// `count` is not in 1...``HKDFSHA256/maximumCount``.
        case invalidCount(Int)
    }

    // OpenSSL keeps pointers to these names in the parameter list, so they must outlive it: static strings do.
    private static let digestName: StaticString = "digest"
    private static let keyName: StaticString = "key"
    private static let saltName: StaticString = "salt"
    private static let infoName: StaticString = "info"

    /// A key for the purpose that `info` names.
    ///
    /// - Parameters:
    ///   - root: The input keying material, of any length but zero.
    ///   - salt: May be empty, as RFC 5869 section 2.2 allows.
    ///   - info: What the key is for; another text gives an unrelated key.
    ///   - count: Bytes of the key, 1...``maximumCount``.
    /// - Throws: ``Failure``, or ``CryptographyError`` when OpenSSL itself fails.
    public static func deriveKey(from root: [UInt8], salt: [UInt8], info: String, count: Int) throws -> [UInt8] {
        try deriveKey(from: root, salt: salt, info: Array(info.utf8), count: count)
    }

    /// The same with an info of arbitrary bytes.
    public static func deriveKey(from root: [UInt8], salt: [UInt8], info: [UInt8], count: Int) throws -> [UInt8] {
        guard !root.isEmpty else { throw Failure.emptyRoot }
        guard (1...maximumCount).contains(count) else { throw Failure.invalidCount(count) }
        guard let algorithm = EVP_KDF_fetch(nil, "HKDF", nil) else {
            throw CryptographyError.library(operation: "EVP_KDF_fetch(HKDF)")
        }
        defer { EVP_KDF_free(algorithm) }
        guard let context = EVP_KDF_CTX_new(algorithm) else {
            throw CryptographyError.library(operation: "EVP_KDF_CTX_new")
        }
        defer { EVP_KDF_CTX_free(context) }
        return try derive(in: context, root: root, salt: salt, info: info, count: count)
    }

    private static func derive(
        in context: OpaquePointer, root: [UInt8], salt: [UInt8], info: [UInt8], count: Int
    ) throws -> [UInt8] {
        // The parameters want mutable pointers, though the derivation only reads: copies that live to the end.
        var digest = Array("SHA2-256\0".utf8CString)
        var root = root
        var salt = salt
        var info = info
        var key = [UInt8](repeating: 0, count: count)
        let derived = digest.withUnsafeMutableBufferPointer { digest in
            root.withUnsafeMutableBytes { root in
                salt.withUnsafeMutableBytes { salt in
                    info.withUnsafeMutableBytes { info in
                        let parameters = [
                            OSSL_PARAM_construct_utf8_string(ParameterName.pointer(digestName), digest.baseAddress, 0),
                            OSSL_PARAM_construct_octet_string(
                                ParameterName.pointer(keyName), root.baseAddress, root.count),
                            // OpenSSL leaves out a salt or an info of no bytes, which is what RFC 5869 means by it.
                            OSSL_PARAM_construct_octet_string(
                                ParameterName.pointer(saltName), salt.baseAddress, salt.count),
                            OSSL_PARAM_construct_octet_string(
                                ParameterName.pointer(infoName), info.baseAddress, info.count),
                            OSSL_PARAM_construct_end(),
                        ]
                        return EVP_KDF_derive(context, &key, key.count, parameters)
                    }
                }
            }
        }
        root.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        guard derived == 1 else { throw CryptographyError.library(operation: "EVP_KDF_derive(HKDF)") }
        return key
    }
}
