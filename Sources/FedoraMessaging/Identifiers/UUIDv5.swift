import Cryptography

/// UUIDs made from a name (RFC 9562 section 5.5).
public enum UUIDv5 {
    /// The UUID of a name in a namespace: the same for the same two, always.
    public static func make(namespace: UUIDValue, name: some Collection<UInt8>) -> UUIDValue {
        var input = namespace.bytes
        input.append(contentsOf: name)
        let digest = SHA1.digest(input[...])
        // A SHA-1 digest has 20 bytes, so the first 16 are always there.
        let halves = [digest[0..<8], digest[8..<16]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        return UUIDValue(high: halves[0], low: halves[1]).stamped(version: 5)
    }
}
