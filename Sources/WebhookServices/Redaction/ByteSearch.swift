internal import Glibc

/// Searches in bytes, eight at a time.
enum ByteSearch {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080
    private static let quotes = ones &* UInt64(UInt8(ascii: "\""))
    private static let backslashes = ones &* UInt64(UInt8(ascii: "\\"))

    /// Returns the place of the next quote or backslash; `end` if there is none.
    static func quoteOrBackslash(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let bytes = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
            let quote = bytes ^ quotes
            let backslash = bytes ^ backslashes
            // The lowest bit that is set is that of the first byte that is zero (above it there may be others).
            let found = ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash) & highs
            if found != 0 { return index &+ found.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < end, base[index] != UInt8(ascii: "\""), base[index] != UInt8(ascii: "\\") { index &+= 1 }
        return index
    }

    /// Returns the place of the next such byte; `end` if there is none.
    static func first(_ byte: UInt8, _ base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
        guard start < end, let found = memchr(base + start, Int32(byte), end - start) else { return end }
        return found - UnsafeMutableRawPointer(mutating: base)
    }
}

/// The next place in a document at which there may be an address, or a value that lets others in: an `@`, one that is
/// written `%40`, an equals sign behind what may be the key of such a value, or an escape of a character that needs none,
/// which may be one of these, or hide one in a string that holds JSON.
struct NextMark {
    private let base: UnsafePointer<UInt8>
    private let count: Int
    private var nextAt = -1
    private var nextEscape = -1
    private var nextPercent = -1
    private var nextQuery = -1
    /// The first of these.
    private var next = -1

    init(_ base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    /// A Boolean value that indicates whether there is one in a range. Ranges are asked about in their order.
    mutating func isIn(_ range: Range<Int>) -> Bool {
        if next >= range.upperBound { return false }
        if nextAt < range.lowerBound {
            nextAt = ByteSearch.first(UInt8(ascii: "@"), base, from: range.lowerBound, to: count)
        }
        if nextEscape < range.lowerBound { nextEscape = escape(from: range.lowerBound) }
        if nextPercent < range.lowerBound { nextPercent = percent(from: range.lowerBound) }
        if nextQuery < range.lowerBound { nextQuery = query(from: range.lowerBound) }
        next = min(nextAt, nextEscape, nextPercent, nextQuery)
        return next < range.upperBound
    }

    /// The next percent sign that stands for an `@` or an equals sign: `%40`, `%3D`, `%2540`.
    private func percent(from start: Int) -> Int {
        var index = start
        while true {
            index = ByteSearch.first(UInt8(ascii: "%"), base, from: index, to: count)
            guard index < count else { return count }
            var digits = index + 1
            while digits + 1 < count, base[digits] == UInt8(ascii: "2"), base[digits + 1] == UInt8(ascii: "5") {
                digits += 2
            }
            guard digits + 1 < count else { return count }
            let isAt = base[digits] == UInt8(ascii: "4") && base[digits + 1] == UInt8(ascii: "0")
            let isEqual = base[digits] == UInt8(ascii: "3") && base[digits + 1] | 0x20 == UInt8(ascii: "d")
            if isAt || isEqual { return index }
            index = digits
        }
    }

    /// The next equals sign behind what may be the end of a key.
    private func query(from start: Int) -> Int {
        var index = start
        while true {
            index = ByteSearch.first(UInt8(ascii: "="), base, from: index, to: count)
            guard index < count else { return count }
            if index > 0, QuerySecretScan.mayEndKey(base[index - 1]) { return index }
            index += 1
        }
    }

    private func escape(from start: Int) -> Int {
        var index = start
        while true {
            index = ByteSearch.first(UInt8(ascii: "\\"), base, from: index, to: count)
            guard index + 5 < count else { return count }
            if isNeedless(index) { return index }
            index += 1
        }
    }

    /// Returns a Boolean value that indicates whether an escape stands for a letter, a digit or a sign that JSON, HTML
    /// and JavaScript have no reason to escape.
    private func isNeedless(_ start: Int) -> Bool {
        guard base[start + 1] == UInt8(ascii: "u"), base[start + 2] == UInt8(ascii: "0"),
            base[start + 3] == UInt8(ascii: "0"), let high = StringUnits.digit(base[start + 4]),
            let low = StringUnits.digit(base[start + 5])
        else { return false }
        switch UInt8(high << 4 | low) {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "@"), UInt8(ascii: "\\"), UInt8(ascii: "{"),
            UInt8(ascii: "["), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "="), UInt8(ascii: "%"):
            return true
        default:
            return false
        }
    }
}
