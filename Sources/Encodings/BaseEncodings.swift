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

/// Base 64 (RFC 4648): the standard alphabet with padding (section 4), and the URL-safe one without (section 5).
///
/// Decoding is strict: nothing outside the alphabet, the right amount of padding, and no stray bits in the last
/// character, so that a value has one spelling only.
public enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let padding = UInt8(ascii: "=")

    /// The standard alphabet, padded.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        withContiguousBytes(of: bytes) { encode($0, alphabet: standard, padded: true) }
    }

    /// The URL-safe alphabet, not padded.
    public static func encodeURLSafe(_ bytes: some Collection<UInt8>) -> String {
        withContiguousBytes(of: bytes) { encode($0, alphabet: urlSafe, padded: false) }
    }

    /// The bytes that padded text of the standard alphabet stands for, or `nil`.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        withContiguousBytes(of: text) { text in
            guard text.count.isMultiple(of: 4) else { return nil }
            var count = text.count
            for _ in 0..<2 where count > 0 && text[count - 1] == padding { count -= 1 }
            return decode(text.prefix(count), last: (UInt8(ascii: "+"), UInt8(ascii: "/")))
        }
    }

    /// The bytes that padded text of the standard alphabet stands for, or `nil`.
    public static func decode(_ text: String) -> [UInt8]? {
        decode(text.utf8)
    }

    /// The bytes that unpadded text of the URL-safe alphabet stands for, or `nil`.
    public static func decodeURLSafe(_ text: some Collection<UInt8>) -> [UInt8]? {
        withContiguousBytes(of: text) { decode($0[...], last: (UInt8(ascii: "-"), UInt8(ascii: "_"))) }
    }

    /// The bytes that unpadded text of the URL-safe alphabet stands for, or `nil`.
    public static func decodeURLSafe(_ text: String) -> [UInt8]? {
        decodeURLSafe(text.utf8)
    }

    private static func encode(
        _ bytes: UnsafeBufferPointer<UInt8>, alphabet: [UInt8], padded: Bool
    ) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { output in
            var written = 0
            func put(_ byte: UInt8) {
                output[written] = byte
                written += 1
            }
            var pending: UInt32 = 0
            var bits = 0
            for byte in bytes {
                pending = pending << 8 | UInt32(byte)
                bits += 8
                while bits >= 6 {
                    bits -= 6
                    put(alphabet[Int(pending >> UInt32(bits) & 63)])
                }
            }
            if bits > 0 { put(alphabet[Int(pending << UInt32(6 - bits) & 63)]) }
            while padded, !written.isMultiple(of: 4) { put(padding) }
            return written
        }
    }

    /// Decodes text without its padding.
    ///
    /// - Parameters:
    ///   - characters: The text.
    ///   - last: The characters for 62 and 63.
    private static func decode(_ characters: Slice<UnsafeBufferPointer<UInt8>>, last: (UInt8, UInt8)) -> [UInt8]? {
        guard characters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count * 3 / 4)
        var pending: UInt32 = 0
        var bits = 0
        for character in characters {
            guard let value = value(of: character, last: last) else { return nil }
            pending = pending << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
            }
        }
        let stray = pending & (1 << UInt32(bits) - 1)
        return stray == 0 ? bytes : nil
    }

    private static func value(of character: UInt8, last: (UInt8, UInt8)) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case last.0: 62
        case last.1: 63
        default: nil
        }
    }
}

/// Calls `body` with the bytes in one piece; copies them only if they are not.
///
/// A generic function over a collection of another module runs unspecialized there, which costs an allocation for
/// each element; over a buffer it does not.
private func withContiguousBytes<Value>(
    of bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Value
) -> Value {
    if let value = bytes.withContiguousStorageIfAvailable(body) { return value }
    return Array(bytes).withUnsafeBufferPointer(body)
}
