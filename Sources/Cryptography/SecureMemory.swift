internal import COpenSSL

/// Clearing memory that held a key.
public enum SecureMemory {
    /// Overwrites the bytes with zeros, which the optimiser does not leave out. Copies that were made of them stay as they
    /// are; so does an array that shares its storage with this one.
    public static func wipe(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
