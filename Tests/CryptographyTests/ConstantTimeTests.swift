import Cryptography
import Testing

@Suite struct ConstantTimeTests {
    @Test func `every byte counts`() {
        let bytes = [UInt8](0..<32)
        #expect(constantTimeEqual(bytes, bytes))
        for index in bytes.indices {
            for bit in 0..<8 {
                var other = bytes
                other[index] ^= 1 << bit
                #expect(!constantTimeEqual(bytes, other))
            }
        }
    }

    @Test func `lengths count`() {
        let bytes = [UInt8](0..<32)
        for count in 0..<32 {
            #expect(!constantTimeEqual(bytes, bytes.prefix(count)))
            #expect(!constantTimeEqual(bytes.prefix(count), bytes))
        }
        #expect(constantTimeEqual([UInt8](), [UInt8]()))
    }

    @Test func `collections without contiguous storage`() {
        let bytes = [UInt8](0..<32)
        let backwards = Array(bytes.reversed())
        #expect(constantTimeEqual(bytes, backwards.reversed()))
        #expect(!constantTimeEqual(bytes, bytes.reversed()))
    }
}
