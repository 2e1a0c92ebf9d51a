import Cryptography
import Testing

@Suite struct SecureRandomTests {
    @Test func `as many as asked for`() throws {
        #expect(try SecureRandom.bytes(0).isEmpty)
        #expect(try SecureRandom.bytes(1).count == 1)
        #expect(try SecureRandom.bytes(1000).count == 1000)
    }

    @Test func `never the same twice`() throws {
        let values = try (0..<100).map { _ in try SecureRandom.bytes(16) }
        #expect(Set(values).count == 100)
    }

    @Test func `every byte is filled`() throws {
        // In 64 draws a byte that is really drawn is zero every time with a chance of 2⁻⁵¹².
        var seen = [UInt8](repeating: 0, count: 24)
        for _ in 0..<64 {
            for (index, byte) in try SecureRandom.bytes(24).enumerated() { seen[index] |= byte }
        }
        #expect(!seen.contains(0))
    }
}
