import Cryptography
import Encodings

/// The 16 bytes of a UUID (RFC 9562), in network order.
public struct UUIDValue: Sendable, Hashable, CustomStringConvertible {
    /// The first and the last eight bytes, as big-endian numbers.
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The UUID of these bytes; nil unless there are exactly 16.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.init(firstBytesOf: bytes)
    }

    /// The UUID of the first 16 of at least so many bytes.
    init(firstBytesOf bytes: [UInt8]) {
        // Concrete and plain, because it runs once a webhook: a generic one is not specialised for other modules.
        var halves = (high: UInt64(0), low: UInt64(0))
        for index in 0..<8 {
            halves.high = halves.high << 8 | UInt64(bytes[index])
            halves.low = halves.low << 8 | UInt64(bytes[index + 8])
        }
        self.init(high: halves.high, low: halves.low)
    }

    /// The UUID of a text such as `0b6e6f1c-9c2d-4d7e-8a51-3f0c4a9d2e11`, in either case; nil if it is no such text.
    public init?(_ text: some StringProtocol) {
        let utf8 = Array(text.utf8)
        guard utf8.count == 36 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        var index = 0
        while index < 36 {
            if [8, 13, 18, 23].contains(index) {
                guard utf8[index] == UInt8(ascii: "-") else { return nil }
                index += 1
            }
            guard let upper = Hex.value(of: utf8[index]), let lower = Hex.value(of: utf8[index + 1]) else { return nil }
            bytes.append(upper << 4 | lower)
            index += 2
        }
        self.init(bytes: bytes)
    }

    /// The 16 bytes.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            for index in 0..<8 {
                let shift = UInt64(56 - 8 * index)
                buffer.initializeElement(at: index, to: UInt8(truncatingIfNeeded: high >> shift))
                buffer.initializeElement(at: index + 8, to: UInt8(truncatingIfNeeded: low >> shift))
            }
            count = 16
        }
    }

    /// Lower-case, with dashes, 36 characters.
    public var description: String {
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let half = nibble < 16 ? high : low
                buffer[position] = Hex.digit(UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (nibble & 15))))
                position += 1
            }
            return position
        }
    }

    /// The same bytes with this version, and the variant of RFC 9562 section 4.1.
    private func stamped(version: UInt64) -> UUIDValue {
        UUIDValue(
            high: high & 0xFFFF_FFFF_FFFF_0FFF | version << 12,
            low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }
}

extension UUIDValue {
    /// The UUID of a name in a namespace, version 5 (RFC 9562 section 5.5): the same for the same two, always.
    public init(namespace: UUIDValue, name: [UInt8]) {
        var input = namespace.bytes
        input.append(contentsOf: name)
        let digest = SHA1.digest(input[...])
        // A SHA-1 digest has 20 bytes, so the first 16 are always there.
        self = UUIDValue(firstBytesOf: digest).stamped(version: 5)
    }

    /// A UUID with 122 random bits from the system's generator, version 4 (RFC 9562 section 5.4).
    public static func random() -> UUIDValue {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    /// A UUID with 122 bits of `generator`.
    static func random(using generator: inout some RandomNumberGenerator) -> UUIDValue {
        UUIDValue(high: generator.next(), low: generator.next()).stamped(version: 4)
    }
}
