/// Byte classes of HTTP's grammar (RFC 9110 section 5.6, RFC 3986 appendix A). Two 64-bit masks a class, so that a
/// test is a shift and touches no memory.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lf: UInt8 = 0x0A
    static let cr: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let percent: UInt8 = 0x25
    static let comma: UInt8 = 0x2C
    static let slash: UInt8 = 0x2F
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
    static let questionMark: UInt8 = 0x3F
    static let backslash: UInt8 = 0x5C

    /// A set of bytes below 0x80.
    struct ByteClass {
        let low: UInt64
        let high: UInt64

        @inline(__always)
        func contains(_ byte: UInt8) -> Bool {
            guard byte < 0x80 else { return false }
            return ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
        }
    }

    /// `tchar`: letters, digits and ``!#$%&'*+-.^_`|~``. The masks are constants; a test checks them against the list.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        ByteClass(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE).contains(byte)
    }

    /// A byte of a `reg-name`, percent sign included: unreserved and sub-delims (RFC 3986 section 3.2.2).
    @inline(__always)
    static func isHost(_ byte: UInt8) -> Bool {
        ByteClass(low: 0x2BFF_7FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE).contains(byte)
    }

    /// A field value's bytes: visible ones, blanks and obs-text (RFC 9110 section 5.5).
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == tab
    }

    /// A target's bytes. Wider than RFC 3986: browsers send `|`, `"` and the like as they are. Never blanks, control
    /// bytes or bytes above 0x7E, and no `#`: a fragment is not sent, and who sends one means to be misread.
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != 0x23
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    static func equal(_ a: UnsafeBufferPointer<UInt8>, _ b: Span<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        for index in b.indices where a[index] != b[index] { return false }
        return true
    }

    /// Returns a Boolean value that indicates whether these bytes spell `lowercase` in any case.
    static func equalIgnoringCase(_ bytes: Span<UInt8>, _ lowercase: StaticString) -> Bool {
        lowercase.withUTF8Buffer { expected in
            guard bytes.count == expected.count else { return false }
            for index in bytes.indices where lowercased(bytes[index]) != expected[index] { return false }
            return true
        }
    }
}
