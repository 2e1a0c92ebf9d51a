/// Percent-encoding (RFC 3986 section 2.1).
public enum PercentEncoding {
    /// Encodes everything but the unreserved characters (RFC 3986 section 2.3), with upper-case digits.
    ///
    /// A blank becomes `%20`, which forms and URLs both read.
    public static func encode(_ text: String, keeping kept: String = "") -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) || kept.utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(Hex.upperCaseDigit(byte >> 4))
                bytes.append(Hex.upperCaseDigit(byte & 15))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns the decoded bytes, or `nil` if a percent sign is not followed by two hexadecimal digits. In forms
    /// (URL standard, section 5.1) a plus sign is a blank.
    public static func decode(_ bytes: Span<UInt8>, plusIsBlank: Bool = false) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                let isBlank = plusIsBlank && bytes[index] == UInt8(ascii: "+")
                decoded.append(isBlank ? UInt8(ascii: " ") : bytes[index])
                index += 1
                continue
            }
            guard index + 2 < bytes.count, let high = Hex.value(of: bytes[index + 1]),
                let low = Hex.value(of: bytes[index + 2])
            else { return nil }
            decoded.append(high << 4 | low)
            index += 3
        }
        return decoded
    }

    /// Returns the decoded bytes; a percent sign without two hexadecimal digits stays, as in Python's `unquote` and in the
    /// URL standard.
    public static func decodeLeniently(_ text: some Collection<UInt8>, plusIsBlank: Bool = false) -> [UInt8] {
        let source = Array(text)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(source.count)
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index + 2 < source.count,
                let high = Hex.value(of: source[index + 1]),
                let low = Hex.value(of: source[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(plusIsBlank && source[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : source[index])
                index += 1
            }
        }
        return decoded
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
