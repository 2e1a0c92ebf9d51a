internal import CXXHash

/// XXH3 with 128 bits, seed 0, in the canonical (big-endian) form: what tells two payloads apart.
///
/// Not a cryptographic hash: whoever can choose both inputs can make them collide. Half a microsecond for 7 kB.
public enum XXH3 {
    /// Bytes of a digest.
    public static let count = 16

    /// The 16 bytes of the digest of `bytes`.
    public static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { output, written in
            bytes.withUnsafeBytes { cxxhash_xxh3_128($0.baseAddress, $0.count, output.baseAddress) }
            written = count
        }
    }
}
