import Cryptography
import Encodings
import Testing

@Suite struct XXH3Tests {
    /// By Python's xxhash (`xxh3_128_hexdigest`); the first is in the reference implementation's own tests, too.
    @Test func `vectors`() {
        let lengths: [([UInt8], String)] = [
            ([], "99aa06d3014798d86001c324468d497f"),
            (Array("a".utf8), "a96faf705af16834e6c632b61e964e1f"),
            (Array("abc".utf8), "06b05ab6733a618578af5f94892f3950"),
            ((0..<256).map { UInt8($0) }, "f1f8a93f50849ac39408a4433b952d71"),
            ((0..<7000).map { UInt8(truncatingIfNeeded: $0 * 7) }, "235d95c81befead12e0bb4849c12b1c4"),
            ([UInt8](repeating: 0, count: 1 << 20), "b6ef17a3448492b6918780b90550bf34"),
        ]
        for (bytes, digest) in lengths { #expect(Hex.encode(XXH3.digest(bytes[...])) == digest) }
    }

    @Test func `a slice is what it holds`() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        #expect(XXH3.digest(bytes[300..<701]) == XXH3.digest(Array(bytes[300..<701])[...]))
        #expect(XXH3.digest(bytes[500..<500]) == XXH3.digest([]))
    }

    @Test func `every bit and the length count`() {
        var seen: Set<[UInt8]> = []
        var inputs = 0
        for count in 0...40 {
            let bytes = [UInt8](repeating: 0, count: count)
            seen.insert(XXH3.digest(bytes[...]))
            inputs += 1
            for bit in 0..<(count * 8) {
                var changed = bytes
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                seen.insert(XXH3.digest(changed[...]))
                inputs += 1
            }
        }
        #expect(seen.count == inputs)
    }
}
