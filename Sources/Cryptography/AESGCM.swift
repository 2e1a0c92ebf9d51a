internal import COpenSSL

/// Sealing of small values: AES-256 in Galois/Counter mode (NIST SP 800-38D), a fresh random nonce each time.
///
/// A sealed value is `nonce (12) ‖ ciphertext ‖ tag (16)`. Random nonces of 96 bits are safe for 2³² values a key.
public enum AESGCM {
    /// Bytes of a key.
    public static let keyCount = 32
    /// Bytes of the nonce that a sealed value begins with.
    public static let nonceCount = 12
    /// Bytes of the tag that a sealed value ends with.
    public static let tagCount = 16

    /// The reason why a value cannot be sealed or opened. Says nothing of key or content.
    public enum Failure: Error, Hashable, CustomStringConvertible {
        /// The key does not have ``AESGCM/keyCount`` bytes.
        case invalidKey
        /// The value is longer than OpenSSL takes at once, or a sealed one too short to be one.
        case invalidLength
        /// Another key, other associated data, or the bytes were changed.
        case notAuthentic

        /// The failure, for a log.
        public var description: String {
            switch self {
            case .invalidKey: "the key does not have 32 bytes"
            case .invalidLength: "the value is too short to be a sealed one, or too long"
            case .notAuthentic: "the sealed value was made with another key or for another place, or was changed"
            }
        }
    }

    /// Encrypts `plaintext` and binds it to `associatedData`, which is not stored and must be given again to open it.
    ///
    /// - Throws: ``Failure`` `invalidKey` or `invalidLength`, or ``CryptographyError``.
    public static func seal(_ plaintext: [UInt8], key: [UInt8], associatedData: [UInt8]) throws -> [UInt8] {
        try seal(plaintext, key: key, nonce: SecureRandom.bytes(nonceCount), associatedData: associatedData)
    }

    /// The same with a nonce of the caller's; for published vectors. A nonce must never be used twice with a key.
    static func seal(
        _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], associatedData: [UInt8]
    ) throws -> [UInt8] {
        guard key.count == keyCount, nonce.count == nonceCount else { throw Failure.invalidKey }
        let count = try length(plaintext)
        let context = try Context()
        guard EVP_EncryptInit_ex2(context.pointer, EVP_aes_256_gcm(), key, nonce, nil) == 1 else {
            throw CryptographyError.library(operation: "EVP_EncryptInit_ex2(AES-256-GCM)")
        }
        var written: CInt = 0
        var sealed = nonce + [UInt8](repeating: 0, count: plaintext.count + tagCount)
        let isSealed = try sealed.withUnsafeMutableBufferPointer { output in
            let ciphertext = output[nonceCount...]
            let tag = output[(nonceCount + plaintext.count)...]
            let aadCount = try length(associatedData)
            return EVP_EncryptUpdate(context.pointer, nil, &written, associatedData, aadCount) == 1
                && EVP_EncryptUpdate(context.pointer, start(ciphertext), &written, plaintext, count) == 1
                && EVP_EncryptFinal_ex(context.pointer, start(tag), &written) == 1
                && EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_GET_TAG, CInt(tagCount), start(tag)) == 1
        }
        guard isSealed else { throw CryptographyError.library(operation: "EVP_EncryptUpdate(AES-256-GCM)") }
        return sealed
    }

    /// Decrypts what ``seal(_:key:associatedData:)`` made with the same key and associated data.
    ///
    /// - Throws: ``Failure``: `notAuthentic` for anything that was not sealed just so; or ``CryptographyError``.
    public static func open(_ sealed: [UInt8], key: [UInt8], associatedData: [UInt8]) throws -> [UInt8] {
        guard key.count == keyCount else { throw Failure.invalidKey }
        guard sealed.count >= nonceCount + tagCount else { throw Failure.invalidLength }
        let ciphertext = Array(sealed[nonceCount..<(sealed.count - tagCount)])
        var tag = Array(sealed.suffix(tagCount))
        let count = try length(ciphertext)
        let context = try Context()
        guard EVP_DecryptInit_ex2(context.pointer, EVP_aes_256_gcm(), key, sealed, nil) == 1,
            EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_SET_TAG, CInt(tagCount), &tag) == 1
        else { throw CryptographyError.library(operation: "EVP_DecryptInit_ex2(AES-256-GCM)") }

        var written: CInt = 0
        // One byte more than needed, so that there is a place to write to even for an empty value.
        var plaintext = [UInt8](repeating: 0, count: ciphertext.count + 1)
        let aadCount = try length(associatedData)
        guard EVP_DecryptUpdate(context.pointer, nil, &written, associatedData, aadCount) == 1,
            EVP_DecryptUpdate(context.pointer, &plaintext, &written, ciphertext, count) == 1
        else { throw CryptographyError.library(operation: "EVP_DecryptUpdate(AES-256-GCM)") }
        var last = [UInt8](repeating: 0, count: tagCount)
        guard EVP_DecryptFinal_ex(context.pointer, &last, &written) == 1 else {
            plaintext.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
            throw Failure.notAuthentic
        }
        plaintext.removeLast()
        return plaintext
    }

    /// A cipher context that frees itself, and wipes what it knew.
    private struct Context: ~Copyable {
        let pointer: OpaquePointer

        init() throws {
            guard let pointer = EVP_CIPHER_CTX_new() else {
                throw CryptographyError.library(operation: "EVP_CIPHER_CTX_new")
            }
            self.pointer = pointer
        }

        deinit { EVP_CIPHER_CTX_free(pointer) }
    }

    private static func length(_ bytes: [UInt8]) throws -> CInt {
        guard let count = CInt(exactly: bytes.count) else { throw Failure.invalidLength }
        return count
    }

    private static func start(_ slice: Slice<UnsafeMutableBufferPointer<UInt8>>) -> UnsafeMutablePointer<UInt8>? {
        UnsafeMutableBufferPointer(rebasing: slice).baseAddress
    }
}
