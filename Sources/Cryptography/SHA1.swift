/// SHA-1 (FIPS 180-4), for UUIDv5 (RFC 9562 section 5.5), which is defined by it. It proves nothing: collisions
/// are cheap, so no signature here is ever checked with it.
public enum SHA1 {
    /// The 20 bytes of the digest of `bytes`.
    public static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        MessageDigest.sha1.digest(bytes)
    }

    /// The 20 bytes of the digest of `bytes`.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        digest(bytes[...])
    }
}
