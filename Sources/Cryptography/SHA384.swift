/// SHA-384 (FIPS 180-4).
public enum SHA384 {
    /// The 48 bytes of the digest of `bytes`.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        MessageDigest.sha384.digest(bytes[...])
    }
}
