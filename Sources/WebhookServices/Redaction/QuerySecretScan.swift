/// Finds the values in URLs that let whoever has them in: `?private_token=…`, and signatures of addresses that are good
/// for a while.
///
/// One pass over a string's inside, escapes resolved, whatever its length.
struct QuerySecretScan {
    /// The ranges to cut.
    private(set) var cuts: [Range<Int>] = []

    /// The keys of such values, in lower case.
    private static let keys = Set(
        ["sig", "jwt", "sas", "pass", "key", "auth", "token_auth", "awsaccesskeyid"].map { Array($0.utf8) })
    /// The endings of such keys, in lower case: `private_token`, `X-Amz-Signature`.
    private static let endings = [
        "token", "secret", "password", "passwd", "signature", "credential", "api_key", "apikey", "api-key",
        "access_key", "access-key", "subscription-key", "token]",
    ].map { Array($0.utf8) }
    private static let longestKey = 64
    /// The bytes that those end with, in lower case.
    private static let lastBytes = Set((keys + endings).compactMap(\.last))

    private static func isSecret(_ key: [UInt8]) -> Bool {
        keys.contains(key) || endings.contains { key.count >= $0.count && key.suffix($0.count).elementsEqual($0) }
    }

    /// Returns a Boolean value that indicates whether a key of such a value may end with a byte.
    static func mayEndKey(_ byte: UInt8) -> Bool {
        switch byte | 0x20 {
        case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "y"), UInt8(ascii: "g"), UInt8(ascii: "e"),
            UInt8(ascii: "l"), UInt8(ascii: "d"), UInt8(ascii: "s"), UInt8(ascii: "h"), UInt8(ascii: "]") | 0x20:
            true
        default: false
        }
    }

    /// Scans the inside of a string.
    ///
    /// - Parameter decodes: A Boolean value that indicates whether `%3D` is read as `=`, and so on.
    init(_ base: UnsafePointer<UInt8>, _ range: Range<Int>, decodes: Bool) {
        assert(Self.lastBytes.allSatisfy(Self.mayEndKey))
        var units = PercentUnits(base, range, decodes: decodes)
        // What stands since the last sign that a key follows; `nil` if there is none.
        var key: [UInt8]?
        // Where the value of one of the keys begins.
        var start: Int?
        while let unit = units.next() {
            let byte = unit.ascii
            if let begin = start, Self.endsValue(byte) {
                if unit.start > begin { cuts.append(begin..<unit.start) }
                start = nil
            }
            if Self.beginsKey(byte) {
                key = []
            } else if byte == UInt8(ascii: "=") {
                if start == nil, let found = key, Self.isSecret(found) { start = units.index }
                key = nil
            } else if let length = key?.count {
                if length < Self.longestKey { key?.append(Self.lowered(byte)) } else { key = nil }
            }
        }
        if let start, start < range.upperBound { cuts.append(start..<range.upperBound) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    private static func beginsKey(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "?") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";")
    }

    private static func endsValue(_ byte: UInt8) -> Bool {
        if byte <= 0x20 || beginsKey(byte) { return true }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "`"),
            UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "\\"):
            return true
        default:
            return false
        }
    }
}

/// All that is cut out of one string: addresses of people, and what lets others in.
enum TextScan {
    /// The ranges, in their order.
    static func cuts(
        _ base: UnsafePointer<UInt8>, _ range: Range<Int>, findsAddresses: Bool
    ) -> [Range<Int>] {
        let holds = { (byte: UInt8) in
            ByteSearch.first(byte, base, from: range.lowerBound, to: range.upperBound) < range.upperBound
        }
        let hasEscapes = holds(UInt8(ascii: "\\"))
        var cuts = AddressScan(base, range, findsAddresses: findsAddresses, decodes: false).cuts
        if hasEscapes || holds(UInt8(ascii: "=")) { cuts += QuerySecretScan(base, range, decodes: false).cuts }
        if hasEscapes || holds(UInt8(ascii: "%")) {
            cuts += AddressScan(base, range, findsAddresses: findsAddresses, decodes: true).cuts
            cuts += QuerySecretScan(base, range, decodes: true).cuts
        }
        return merged(cuts)
    }

    private static func merged(_ cuts: [Range<Int>]) -> [Range<Int>] {
        if cuts.count < 2 { return cuts }
        var merged: [Range<Int>] = []
        for cut in cuts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, cut.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, cut.upperBound)
            } else {
                merged.append(cut)
            }
        }
        return merged
    }

    /// A header's value without them.
    static func cleaned(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let signs = [UInt8(ascii: "@"), UInt8(ascii: "="), UInt8(ascii: "%")]
        guard value.contains(where: signs.contains) else { return value }
        let cuts = value.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { self.cuts($0, 0..<bytes.count, findsAddresses: true) } ?? []
        }
        if cuts.isEmpty { return value }
        var cleaned: [UInt8] = []
        var start = value.startIndex
        for cut in cuts {
            cleaned += value[start..<(value.startIndex + cut.lowerBound)]
            start = value.startIndex + cut.upperBound
        }
        return (cleaned + value[start...])[...]
    }
}
