/// SHA-512 (FIPS 180-4).
public enum SHA512 {
    /// The 64 bytes of the digest of `bytes`.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        MessageDigest.sha512.digest(bytes[...])
    }
}
