/// 32 bytes that tell the bodies of two deliveries apart in this process: the verifier's digest.
struct DeliveryDigest: Hashable, Sendable {
    private let words: SIMD4<UInt64>

    /// Takes the first 32 bytes; missing ones count as zero.
    init(_ bytes: some Collection<UInt8>) {
        var words = SIMD4<UInt64>()
        for (index, byte) in bytes.prefix(32).enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.words = words
    }

    /// The 32 bytes again.
    var bytes: [UInt8] {
        (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(56 - 8 * ($0 % 8))) }
    }
}
