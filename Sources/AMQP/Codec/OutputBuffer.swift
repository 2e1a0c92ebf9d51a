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
    private mutating func overwrite(at index: Int, with value: UInt32) {
        bytes[index] = UInt8(truncatingIfNeeded: value >> 24)
        bytes[index + 1] = UInt8(truncatingIfNeeded: value >> 16)
        bytes[index + 2] = UInt8(truncatingIfNeeded: value >> 8)
        bytes[index + 3] = UInt8(truncatingIfNeeded: value)
    }
}

extension OutputBuffer {
    /// Begins a frame; ``endFrame(_:)`` with what this returns ends it.
    mutating func beginFrame(_ kind: Frame.Kind, channel: UInt16) -> Int {
        append(kind.rawValue)
        append(integer: channel)
        append(integer: UInt32(0))
        return bytes.count
    }

    /// Ends the frame whose payload began at `start`.
    /// - Returns: The payload's size in bytes.
    @discardableResult
    mutating func endFrame(_ start: Int) -> Int {
        let size = bytes.count - start
        overwrite(at: start - 4, with: UInt32(clamping: size))
        append(Frame.end)
        return size
    }

    /// A whole method frame. Methods that do not fit a frame or hold too long a string leave nothing behind.
    mutating func append(method: some AMQPMethod, channel: UInt16) throws(MessageEncodingError) {
        let before = bytes.count
        do throws(MessageEncodingError) {
            let start = beginFrame(.method, channel: channel)
            append(id: type(of: method).id)
            try method.encode(into: &self)
            endFrame(start)
        } catch {
            truncate(to: before)
            throw error
        }
    }

    /// A whole frame for a method without strings, which cannot fail to encode.
    mutating func append(simple method: some SimpleMethod, channel: UInt16) {
        let start = beginFrame(.method, channel: channel)
        append(id: type(of: method).id)
        method.encodeFields(into: &self)
        endFrame(start)
    }

    private mutating func append(id: MethodID) {
        append(integer: id.classID)
        append(integer: id.methodID)
    }

    /// A heartbeat: the frame of type 8 on channel 0 without a payload (section 4.2.7).
    mutating func appendHeartbeat() {
        endFrame(beginFrame(.heartbeat, channel: 0))
    }
}

extension OutputBuffer {
    /// A method whose only string is our own, short one.
    mutating func append(goodbye method: some AMQPMethod, channel: UInt16) {
        do throws(MessageEncodingError) {
            try append(method: method, channel: channel)
        } catch {
            assertionFailure("our own reply text is too long: \(error)")
        }
    }
}

extension OutputBuffer {
    /// basic.publish, the content header and the body in frames of at most `frameMax` bytes (section 2.3.5.2).
    ///
    /// A message that cannot be encoded leaves nothing behind, so that the stream stays good for the next.
    mutating func append(
        publish message: OutgoingMessage, channel: UInt16, frameMax: Int, mandatory: Bool = false
    ) throws(MessageEncodingError) {
        let before = bytes.count
        do throws(MessageEncodingError) {
            let method = BasicPublish(
                exchange: message.exchange, routingKey: message.routingKey, mandatory: mandatory)
            try append(method: method, channel: channel)
            let header = ContentHeader(bodySize: UInt64(message.body.count), properties: message.properties)
            let start = beginFrame(.header, channel: channel)
            try header.encode(into: &self)
            let size = endFrame(start)
            guard size + Frame.overhead <= frameMax else {
                throw .headerTooLarge(bytes: size, limit: frameMax - Frame.overhead)
            }
            append(body: message.body, channel: channel, frameMax: frameMax)
        } catch {
            truncate(to: before)
            throw error
        }
    }

    private mutating func append(body: [UInt8], channel: UInt16, frameMax: Int) {
        let most = frameMax - Frame.overhead
        reserve(additional: body.count + (body.count / most + 1) * Frame.overhead)
        var rest = body[...]
        while !rest.isEmpty {
            let start = beginFrame(.body, channel: channel)
            append(rest.prefix(most))
            endFrame(start)
            rest = rest.dropFirst(most)
        }
    }
}

extension OutputBuffer {
    /// Section 4.2.5.3: a length octet and at most 255 bytes.
    mutating func append(shortString text: String) throws(MessageEncodingError) {
        let count = text.utf8.count
        guard count <= 255 else { throw .shortStringTooLong(bytes: count) }
        append(UInt8(count))
        append(text)
    }

    /// Section 4.2.5.3: a 32-bit length and the bytes.
    mutating func append(longString text: String) {
        append(integer: UInt32(clamping: text.utf8.count))
        append(text)
    }

    /// Section 4.2.5.3: a 32-bit length and the bytes.
    mutating func append(longString content: [UInt8]) {
        append(integer: UInt32(clamping: content.count))
        append(content)
    }

    /// Section 4.2.5.5.
    mutating func append(table: FieldTable) throws(MessageEncodingError) {
        let mark = bytes.count
        append(integer: UInt32(0))
        for entry in table.entries {
            try append(shortString: entry.name)
            try append(value: entry.value)
        }
        overwrite(at: mark, with: UInt32(clamping: bytes.count - mark - 4))
    }

    /// The octet that tells the type, and the value.
    mutating func append(value: FieldValue) throws(MessageEncodingError) {
        switch value {
        case .longString(let text):
            append(UInt8(ascii: "S"))
            append(longString: text)
        case .bytes(let content):
            append(UInt8(ascii: "x"))
            append(longString: content)
        case .table(let table):
            append(UInt8(ascii: "F"))
            try append(table: table)
        case .array(let values):
            append(UInt8(ascii: "A"))
            let mark = bytes.count
            append(integer: UInt32(0))
            for value in values { try append(value: value) }
            overwrite(at: mark, with: UInt32(clamping: bytes.count - mark - 4))
        case .bool(let value):
            append(UInt8(ascii: "t"))
            append(value ? 1 : 0)
        case .void:
            append(UInt8(ascii: "V"))
        default:
            append(number: value)
        }
    }

    private mutating func append(number value: FieldValue) {
        switch value {
        case .int8(let value): append("b", value)
        case .uint8(let value): append("B", value)
        case .int16(let value): append("s", value)
        case .uint16(let value): append("u", value)
        case .int32(let value): append("I", value)
        case .uint32(let value): append("i", value)
        case .int64(let value): append("l", value)
        case .timestamp(let value): append("T", value)
        case .float(let value): append("f", value.bitPattern)
        case .double(let value): append("d", value.bitPattern)
        case .decimal(let scale, let value):
            append("D", scale)
            append(integer: value)
        case .bool, .longString, .bytes, .array, .table, .void:
            preconditionFailure("append(value:) writes these itself")
        }
    }

    private mutating func append<T: FixedWidthInteger>(_ type: Unicode.Scalar, _ value: T) {
        append(UInt8(ascii: type))
        append(integer: value)
    }
}
