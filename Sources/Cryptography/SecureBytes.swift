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

/// Returns a Boolean value that indicates whether two byte sequences are equal, in a time that depends on their lengths
/// alone (`CRYPTO_memcmp`).
///
/// Different lengths are unequal; the lengths themselves are not kept secret. Two empty sequences are equal, so
/// whoever compares proofs rejects the empty one first.
public func constantTimeEqual(
    _ first: some RandomAccessCollection<UInt8>, _ second: some RandomAccessCollection<UInt8>
) -> Bool {
    guard first.count == second.count else { return false }
    let compared = first.withContiguousStorageIfAvailable { left in
        second.withContiguousStorageIfAvailable { right in
            CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
    if let answer = compared ?? nil { return answer }
    var difference: UInt8 = 0
    for (left, right) in zip(first, second) { difference |= left ^ right }
    return difference == 0
}

/// The same of two codes, without going through a generic function.
public func constantTimeEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    guard first.count == second.count else { return false }
    return CRYPTO_memcmp(first, second, first.count) == 0
}

/// Clearing memory that held a key.
public enum SecureMemory {
    /// Overwrites the bytes with zeros, which the optimiser does not leave out. Copies that were made of them stay as they
    /// are; so does an array that shares its storage with this one.
    public static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
