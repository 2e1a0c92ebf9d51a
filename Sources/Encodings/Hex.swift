/// Base 16 (RFC 4648 section 8).
public enum Hex {
    /// Lower-case digits, two a byte.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        withContiguousBytes(of: bytes) { bytes in
            String(unsafeUninitializedCapacity: bytes.count * 2) { output in
                for (index, byte) in bytes.enumerated() {
                    output[2 * index] = digit(byte >> 4)
                    output[2 * index + 1] = digit(byte)
                }
                return bytes.count * 2
            }
        }
    }

    /// The bytes that digits of either case stand for; `nil` if the count is odd or a byte is no digit.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        withContiguousBytes(of: text) { decode(buffer: $0) }
    }

    /// The same of a piece of a request, without going through a generic function.
    public static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        text.withUnsafeBufferPointer { decode(buffer: $0) }
    }

    /// The bytes that digits of either case stand for; `nil` if the count is odd or a character is no digit.
    public static func decode(_ text: String) -> [UInt8]? {
        decode(text.utf8)
    }

    private static func decode(buffer text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = value(of: text[index]), let low = value(of: text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// Returns the value of a digit of either case, or `nil` for any other character.
    @inlinable
    public static func value(of character: UInt8) -> UInt8? {
        if character &- 0x30 < 10 { return character &- 0x30 }
        let letter = (character | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    /// Returns the lower-case digit of a value from 0 to 15; higher bits are ignored.
    @inlinable
    public static func digit(_ value: UInt8) -> UInt8 {
        let value = value & 15
        return value < 10 ? 0x30 &+ value : 0x61 &+ value &- 10
    }

    /// Returns the upper-case digit of a value from 0 to 15; higher bits are ignored.
    @inlinable
    public static func upperCaseDigit(_ value: UInt8) -> UInt8 {
        let value = value & 15
        return value < 10 ? 0x30 &+ value : 0x41 &+ value &- 10
    }
}

/// Calls `body` with the bytes in one piece; copies them only if they are not.
///
/// A generic function over a collection of another module runs unspecialized there, which costs an allocation for
/// each element; over a buffer it does not.
func withContiguousBytes<Value>(
    of bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Value
) -> Value {
    if let value = bytes.withContiguousStorageIfAvailable(body) { return value }
    return Array(bytes).withUnsafeBufferPointer(body)
}
