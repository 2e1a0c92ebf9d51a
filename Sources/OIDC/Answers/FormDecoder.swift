/// Reads `application/x-www-form-urlencoded`, as URLs' queries and forms have it.
public enum FormDecoder {
    /// The fields in order; nil if a percent sign is not followed by two digits, if the bytes are not UTF-8, or if
    /// there are more than `limit` fields.
    public static func decode(_ bytes: some Collection<UInt8>, limit: Int = 64) -> [(name: String, value: String)]? {
        var fields: [(name: String, value: String)] = []
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard fields.count < limit, let first = pieces.first, let name = text(first),
                let value = pieces.count == 2 ? text(pieces[1]) : ""
            else { return nil }
            fields.append((name, value))
        }
        return fields
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index != bytes.endIndex {
            let byte = bytes[index]
            bytes.formIndex(after: &index)
            switch byte {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = nextDigit(bytes, &index), let low = nextDigit(bytes, &index) else { return nil }
                decoded.append(high << 4 | low)
            default: decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)?.streamSafe
    }

    private static func nextDigit<Bytes: Collection<UInt8>>(_ bytes: Bytes, _ index: inout Bytes.Index) -> UInt8? {
        guard index != bytes.endIndex else { return nil }
        defer { bytes.formIndex(after: &index) }
        switch bytes[index] {
        case let byte where byte &- 0x30 < 10: return byte &- 0x30
        case let byte where (byte | 0x20) &- 0x61 < 6: return (byte | 0x20) &- 0x61 + 10
        default: return nil
        }
    }
}
