/// A range of offsets into a message's head, in four bytes: a head has at most 65,535.
struct ByteRange: Sendable, Hashable {
    var start: UInt16
    var end: UInt16

    static let empty = ByteRange(0, 0)

    init(_ start: Int, _ end: Int) {
        self.start = UInt16(truncatingIfNeeded: start)
        self.end = UInt16(truncatingIfNeeded: end)
    }

    var count: Int { Int(end) - Int(start) }
    var isEmpty: Bool { start == end }
    var offsets: Range<Int> { Int(start)..<max(Int(start), Int(end)) }
}

/// The places of a field's name and value in the head.
struct FieldRange: Sendable, Hashable {
    var name: ByteRange
    var value: ByteRange
}
