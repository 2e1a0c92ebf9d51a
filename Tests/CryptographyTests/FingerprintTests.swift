import Cryptography
import Testing

@Suite struct FingerprintTests {
    @Test func equalBytesAreEqual() {
        let bytes = Array(repeating: UInt8(7), count: 1000)
        #expect(Fingerprint.of(bytes[...]) == Fingerprint.of(bytes[...]))
        #expect(Fingerprint.of(bytes[100..<200]) == Fingerprint.of(Array(bytes[100..<200])[...]))
        #expect(Fingerprint.of([]).count == Fingerprint.count)
    }

    @Test func everyBitAndTheLengthCount() {
        var seen: Set<[UInt8]> = []
        var inputs = 0
        for count in 0...70 {
            let bytes = [UInt8](repeating: 0, count: count)
            seen.insert(Fingerprint.of(bytes[...]))
            inputs += 1
            for bit in 0..<(count * 8) {
                var changed = bytes
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                seen.insert(Fingerprint.of(changed[...]))
                inputs += 1
            }
        }
        #expect(seen.count == inputs)
    }

    /// The key is made up: these would be the fingerprints under one of zeros.
    @Test func theKeyIsNotZero() {
        #expect(Fingerprint.of([]) != [UInt8](repeating: 0, count: 16))
        #expect(Fingerprint.of([1, 2, 3]) != [UInt8](repeating: 0, count: 16))
    }

    @Test func fromManyThreads() async {
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
        let expected = Fingerprint.of(bytes[...])
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<200).allSatisfy { _ in Fingerprint.of(bytes[...]) == expected } }
            }
            for await isEqual in group { #expect(isEqual) }
        }
    }
}
