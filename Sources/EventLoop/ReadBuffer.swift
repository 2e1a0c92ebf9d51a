/// Bytes read from a stream and not used up yet: one contiguous, growing array with a read and a write position.
///
/// An empty buffer that was released holds no memory, so an idle connection costs none. Views (`readable`) share the
/// storage without copying; writing while a view is held copies it, so drop views before the next read.
public struct ReadBuffer: Sendable {
    /// The least number of bytes that one read asks for.
    public static let readSize = 16_384

    private var storage: [UInt8] = []
    private var readPosition = 0
    private var writePosition = 0

    /// An empty buffer, without memory.
    public init() {}

    /// The number of bytes to be used.
    public var readableBytes: Int { writePosition - readPosition }

    /// A Boolean value that indicates whether nothing waits to be used.
    public var isEmpty: Bool { writePosition == readPosition }

    /// The bytes that wait, without a copy. Its indices do not start at 0.
    public var readable: ArraySlice<UInt8> { storage[readPosition..<writePosition] }

    /// Calls `body` with the bytes that wait; the pointer is valid inside it only.
    public func withReadable<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try storage.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[readPosition..<writePosition])) }
    }

    /// Drops `count` bytes from the front.
    public mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= readableBytes, "consumed more than there is")
        readPosition += count
        if readPosition == writePosition {
            readPosition = 0
            writePosition = 0
        }
    }

    /// Makes room for `count` more bytes behind those that wait.
    public mutating func reserve(_ count: Int) {
        guard storage.count - writePosition < count else { return }
        let waiting = readableBytes
        if readPosition > 0, storage.count - waiting >= count, readPosition >= waiting {
            storage.withUnsafeMutableBytes { bytes in
                let unread = UnsafeRawBufferPointer(rebasing: bytes[readPosition..<writePosition])
                bytes.copyMemory(from: unread)
            }
        } else {
            let capacity = max(waiting + count, waiting + waiting / 2, Self.readSize)
            let old = storage
            let from = readPosition
            storage = [UInt8](unsafeUninitializedCapacity: capacity) { bytes, initialised in
                old.withUnsafeBytes { unread in
                    UnsafeMutableRawBufferPointer(bytes).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: unread[from..<(from + waiting)]))
                }
                // The bytes behind `waiting` are never read before a `recv` has written them.
                initialised = capacity
            }
        }
        readPosition = 0
        writePosition = waiting
    }

    /// Appends bytes, for tests and for streams that decode.
    public mutating func append(_ bytes: some Collection<UInt8>) {
        reserve(bytes.count)
        storage.replaceSubrange(writePosition..<(writePosition + bytes.count), with: bytes)
        writePosition += bytes.count
    }

    /// Gives the memory back if nothing waits.
    public mutating func releaseIfEmpty() {
        guard isEmpty else { return }
        storage = []
        readPosition = 0
        writePosition = 0
    }

    /// Lets `fill` write into the free room behind the waiting bytes (at least `readSize`).
    /// - Parameter fill: returns how many bytes it wrote, or a negative number for none.
    mutating func withFreeRoom(_ fill: (UnsafeMutableRawBufferPointer) -> Int) -> (count: Int, room: Int) {
        if storage.count - writePosition < Self.readSize / 4 { reserve(Self.readSize) }
        let position = writePosition
        let room = storage.count - position
        let count = storage.withUnsafeMutableBytes {
            fill(UnsafeMutableRawBufferPointer(rebasing: $0[position...]))
        }
        if count > 0 { writePosition += count }
        return (count, room)
    }
}
