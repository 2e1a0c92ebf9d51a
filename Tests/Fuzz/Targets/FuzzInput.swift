/// An input that is taken apart from its beginning. Past its end there are zeros, so that every input means something.
struct FuzzInput {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    /// A Boolean value that indicates whether all was taken.
    var isEmpty: Bool { rest.isEmpty }

    /// The next byte.
    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// A number from 0 to `bound` - 1, of one byte.
    mutating func number(below bound: Int) -> Int { Int(byte()) % max(1, bound) }

    /// A truth value, of one byte.
    mutating func flag() -> Bool { byte() & 1 == 1 }

    /// One of several.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(below: elements.count)] }

    /// An integer: of a few bytes, or one at the ends of some range.
    mutating func integer() -> Int64 {
        let extremes: [Int64] = [
            0, 1, -1, .max, .min, .max - 1, .min + 1, 253_402_300_799, 253_402_300_800, -62_167_219_201, 1 << 53,
            1 << 60,
        ]
        let kind = number(below: 16 + extremes.count)
        guard kind < 16 else { return extremes[kind - 16] }
        var value: UInt64 = 0
        for _ in 0...kind / 2 { value = value << 8 | UInt64(byte()) }
        return kind.isMultiple(of: 2) ? Int64(bitPattern: value) : Int64(bitPattern: 0 &- value)
    }

    /// The next bytes, as many as the first of them says.
    mutating func bytes() -> [UInt8] {
        let count = Int(byte())
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// The same as text, mended where it is not UTF-8.
    mutating func text() -> String { String(decoding: bytes(), as: UTF8.self) }

    /// All that is left.
    mutating func remainder() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }

    /// All that is left as text, mended where it is not UTF-8.
    mutating func remainingText() -> String { String(decoding: remainder(), as: UTF8.self) }

    /// Places to cut `count` bytes at, in order: none, between all of them, or some, as two bytes say.
    mutating func cuts(of count: Int) -> [Int] {
        let (kind, seed) = (byte(), byte())
        guard kind != 0, count > 1 else { return [] }
        if kind == 1 { return Array(1..<count) }
        var state = UInt64(kind) << 8 | UInt64(seed)
        let places = (0..<1 + Int(kind) % 8).map { _ -> Int in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        return Set(places).sorted()
    }
}

/// Bytes in pieces that end at these places.
func pieces(of bytes: [UInt8], cutAt cuts: [Int]) -> [ArraySlice<UInt8>] {
    var start = 0
    return (cuts + [bytes.count]).map { end in
        defer { start = end }
        return bytes[start..<max(start, end)]
    }
}
