/// The characters and bytes of a JSON string's inside, one after the other, with escapes resolved (RFC 8259 section 7).
struct StringUnits {
    /// A byte as it stands there, or the character of an escape.
    struct Unit {
        /// The byte, or the character's code point; that of half a surrogate pair may stand alone.
        var value: UInt32
        /// A Boolean value that indicates whether it is a byte as it stands there.
        var isByte: Bool
        /// The start of the unit.
        var start: Int

        /// The byte if it is ASCII, else one that is not.
        var ascii: UInt8 { value < 0x80 ? UInt8(truncatingIfNeeded: value) : 0x80 }
        /// Bytes of the character in UTF-8.
        var length: Int {
            if isByte || value < 0x80 { return 1 }
            return value < 0x800 ? 2 : value < 0x10000 ? 3 : 4
        }
    }

    private let base: UnsafePointer<UInt8>
    /// The start of the next unit.
    private(set) var index: Int
    private let end: Int

    init(_ base: UnsafePointer<UInt8>, _ range: Range<Int>) {
        self.base = base
        index = range.lowerBound
        end = range.upperBound
    }

    /// The next unit; `nil` at the end.
    mutating func next() -> Unit? {
        guard index < end else { return nil }
        let start = index
        let byte = base[index]
        index += 1
        guard byte == UInt8(ascii: "\\"), index < end else {
            return Unit(value: UInt32(byte), isByte: true, start: start)
        }
        let escape = base[index]
        index += 1
        let value: UInt32
        switch escape {
        case UInt8(ascii: "u"):
            value = codePoint() ?? UInt32(escape)
        case UInt8(ascii: "b"): value = 0x08
        case UInt8(ascii: "f"): value = 0x0c
        case UInt8(ascii: "n"): value = 0x0a
        case UInt8(ascii: "r"): value = 0x0d
        case UInt8(ascii: "t"): value = 0x09
        default: return Unit(value: UInt32(escape), isByte: true, start: start)
        }
        return Unit(value: value, isByte: false, start: start)
    }

    private mutating func codePoint() -> UInt32? {
        guard let first = digits(at: index) else { return nil }
        index += 4
        guard first & 0xfc00 == 0xd800, index + 6 <= end, base[index] == UInt8(ascii: "\\"),
            base[index + 1] == UInt8(ascii: "u"), let second = digits(at: index + 2), second & 0xfc00 == 0xdc00
        else { return first }
        index += 6
        return 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff)
    }

    private func digits(at start: Int) -> UInt32? {
        guard start + 4 <= end else { return nil }
        var value: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = Self.digit(base[start + offset]) else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    /// The value of a hexadecimal digit.
    static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Appends a unit in UTF-8; half a surrogate pair as if it were a character.
    static func append(_ unit: Unit, to bytes: inout [UInt8]) {
        func byte(_ value: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: value) }
        let value = unit.value
        switch unit.length {
        case 1:
            bytes.append(byte(value))
        case 2:
            bytes.append(byte(0xc0 | value >> 6))
            bytes.append(byte(0x80 | value & 0x3f))
        case 3:
            bytes.append(byte(0xe0 | value >> 12))
            bytes.append(byte(0x80 | value >> 6 & 0x3f))
            bytes.append(byte(0x80 | value & 0x3f))
        default:
            bytes.append(byte(0xf0 | value >> 18))
            bytes.append(byte(0x80 | value >> 12 & 0x3f))
            bytes.append(byte(0x80 | value >> 6 & 0x3f))
            bytes.append(byte(0x80 | value & 0x3f))
        }
    }
}

/// The characters and bytes of a JSON string's inside, with percent signs resolved, if that is asked for (RFC 3986
/// section 2.1): those of percent signs, too, so that `%2540` is `@`.
struct PercentUnits {
    private var units: StringUnits
    private let decodes: Bool

    /// The start of the next unit.
    var index: Int { units.index }

    init(_ base: UnsafePointer<UInt8>, _ range: Range<Int>, decodes: Bool) {
        units = StringUnits(base, range)
        self.decodes = decodes
    }

    /// The next one; `nil` at the end.
    mutating func next() -> StringUnits.Unit? {
        guard let unit = units.next() else { return nil }
        guard decodes, unit.ascii == UInt8(ascii: "%") else { return unit }
        var value: UInt32?
        var ahead = units
        while value == nil || value == 0x25, let byte = Self.pair(&ahead) {
            value = byte
            units = ahead
        }
        return value.map { StringUnits.Unit(value: $0, isByte: false, start: unit.start) } ?? unit
    }

    private static func pair(_ units: inout StringUnits) -> UInt32? {
        guard let first = units.next(), let high = StringUnits.digit(first.ascii), let second = units.next(),
            let low = StringUnits.digit(second.ascii)
        else { return nil }
        return high << 4 | low
    }
}
