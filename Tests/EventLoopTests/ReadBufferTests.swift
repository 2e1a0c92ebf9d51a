import EventLoop
import Testing

@Suite struct ReadBufferTests {
    @Test func `what is appended is read in order`() {
        var buffer = ReadBuffer()
        var expected: [UInt8] = []
        var consumed = 0
        for step in 1..<400 {
            let chunk = (0..<(step * 37 % 1500)).map { UInt8(truncatingIfNeeded: $0 &+ step) }
            buffer.append(chunk)
            expected += chunk
            let drop = min(buffer.readableBytes, step * 53 % 1400)
            #expect(Array(buffer.readable.prefix(drop)) == Array(expected[consumed..<(consumed + drop)]))
            buffer.consume(drop)
            consumed += drop
        }
        #expect(buffer.readable.elementsEqual(expected[consumed...]))
    }

    @Test func `a view keeps its bytes when the buffer goes on`() {
        var buffer = ReadBuffer()
        buffer.append([1, 2, 3])
        let view = buffer.readable
        buffer.consume(3)
        buffer.append([9, 9, 9, 9])
        #expect(Array(view) == [1, 2, 3])
        #expect(Array(buffer.readable) == [9, 9, 9, 9])
    }

    @Test func `releasing keeps what waits`() {
        var buffer = ReadBuffer()
        buffer.append([1, 2])
        buffer.releaseIfEmpty()
        #expect(buffer.readableBytes == 2)
        buffer.consume(2)
        buffer.releaseIfEmpty()
        #expect(buffer.isEmpty)
        buffer.append([3])
        #expect(Array(buffer.readable) == [3])
    }
}
