/// The name of a request in the answer's `X-Request-Id` and in every log line about it: 128 random bits. Always made
/// here, never taken from the sender, who could make two requests look like one. Not a secret.
public struct RequestID: Sendable, Hashable, CustomStringConvertible {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new one, for what is no request and is logged as one.
    public init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    /// A new one from a generator of the loop.
    init(using generator: inout some RandomNumberGenerator) {
        self.init(high: generator.next(), low: generator.next())
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            // Safe: exactly the 32 bytes of the capacity asked for are written, all ASCII.
            for index in 0..<32 { buffer[index] = digit(index) }
            return 32
        }
    }

    func append(to bytes: inout [UInt8]) {
        for index in 0..<32 { bytes.append(digit(index)) }
    }

    private func digit(_ index: Int) -> UInt8 {
        let word = index < 16 ? high : low
        let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (index & 15))) & 15
        return nibble < 10 ? 0x30 + nibble : 0x61 + nibble - 10
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014), seeded by the system: 2 ns a number where a system call takes hundreds.
/// For names that must differ, not for secrets.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
