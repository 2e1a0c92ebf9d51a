/// The bytes on their way to the broker: frames are encoded straight into it, and the socket takes them off its front.
struct OutputBuffer: Sendable {
    /// Capacity that is kept when all was sent; what a burst took beyond it is given back.
    static let retainedCapacity = 256 * 1024
    /// The number of sent bytes that may stand before the pending ones until these are moved to the front.
    private static let compactionThreshold = 1024 * 1024

    private(set) var bytes: [UInt8] = []
    private var sent = 0

    /// Bytes that the socket has not taken yet.
    var pendingCount: Int { bytes.count - sent }

    /// The bytes that the socket has not taken yet.
    var pending: ArraySlice<UInt8> { bytes[sent...] }

    /// Calls `body` with the pending bytes; the pointer is valid inside it only.
    func withPending<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
    }

    /// Notes that the socket took the first `count` pending bytes.
    mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= pendingCount, "more bytes sent than there are")
        sent += count
        if sent == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= Self.retainedCapacity)
            sent = 0
        } else if sent >= Self.compactionThreshold, sent >= bytes.count / 2 {
            bytes.removeFirst(sent)
            sent = 0
        }
    }

    /// Forgets everything: the stream that it was meant for is gone.
    mutating func discard() {
        bytes = []
        sent = 0
    }

    /// Drops what was appended since the buffer had `count` bytes.
    mutating func truncate(to count: Int) {
        bytes.removeSubrange(count...)
    }

    /// Makes room, in steps that stay amortized however small the additions are.
    mutating func reserve(additional count: Int) {
        let needed = bytes.count + count
        if needed > bytes.capacity { bytes.reserveCapacity(max(needed, bytes.capacity * 2)) }
    }

    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    /// The text's bytes. Not by its UTF-8 view, which goes over one by one.
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ more: some Collection<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Big-endian, as all integers in AMQP.
    mutating func append<T: FixedWidthInteger>(integer value: T) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Puts a 32-bit integer over what stands at `index`: lengths are known only after what they measure.
    mutating func overwrite(at index: Int, with value: UInt32) {
        bytes[index] = UInt8(truncatingIfNeeded: value >> 24)
        bytes[index + 1] = UInt8(truncatingIfNeeded: value >> 16)
        bytes[index + 2] = UInt8(truncatingIfNeeded: value >> 8)
        bytes[index + 3] = UInt8(truncatingIfNeeded: value)
    }
}
