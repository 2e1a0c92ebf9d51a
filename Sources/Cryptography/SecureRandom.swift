internal import COpenSSL

/// Random bytes for keys, secrets and nonces: OpenSSL's generator for private values, seeded by the kernel.
public enum SecureRandom {
    /// `count` bytes that nobody can guess.
    ///
    /// - Throws: ``CryptographyError`` `library` when the generator has no entropy; there is no weaker source to fall
    ///   back to.
    public static func bytes(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_priv_bytes_ex(nil, &bytes, bytes.count, 0) == 1 else {
            throw CryptographyError.library(operation: "RAND_priv_bytes_ex")
        }
        return bytes
    }
}
