import Cryptography

/// UUIDs made from a name (RFC 9562 section 5.5).
public enum UUIDv5 {
    /// The UUID of a name in a namespace: the same for the same two, always.
    public static func make(namespace: UUIDValue, name: [UInt8]) -> UUIDValue {
        var input = namespace.bytes
        input.append(contentsOf: name)
        let digest = SHA1.digest(input[...])
        // A SHA-1 digest has 20 bytes, so the first 16 are always there.
        return UUIDValue(firstBytesOf: digest).stamped(version: 5)
    }
}
