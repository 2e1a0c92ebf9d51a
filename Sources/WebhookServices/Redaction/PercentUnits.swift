/// The characters and bytes of a JSON string's inside, with percent signs resolved, if that is asked for (RFC 3986
/// section 2.1): those of percent signs, too, so that `%2540` is `@`.
struct PercentUnits {
    private var units: StringUnits
    private let decodes: Bool

    /// Where the next one begins.
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
