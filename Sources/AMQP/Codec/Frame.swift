/// One frame, its payload still in the buffer that it was read into (AMQP 0-9-1 section 2.3.5).
struct Frame: Sendable, Equatable {
    /// The kind of a frame's payload.
    enum Kind: UInt8, Sendable {
        case method = 1
        case header = 2
        case body = 3
        case heartbeat = 8
    }

    /// Type (1), channel (2) and size (4).
    static let headerSize = 7
    /// The size of a frame beyond its payload.
    static let overhead = 8
    /// The octet that ends every frame.
    static let end: UInt8 = 0xCE
    /// The smallest frame-max that either side may ask for (section 1.2.1: `frame-min-size`).
    static let minimumSize = 4096

    var kind: Kind
    var channel: UInt16
    var payload: ArraySlice<UInt8>

    /// Takes the first frame off `input`.
    ///
    /// What is certainly wrong is refused before the whole frame is there, so that a broken peer cannot make us wait
    /// for (and keep) bytes that will not help.
    /// - Parameters:
    ///   - input: Bytes as they came; shortened by the frame, or left alone if it is not complete yet.
    ///   - limit: The largest frame to accept, in bytes, with its header and its end.
    /// - Returns: The frame, or nil if more bytes are needed.
    static func next(in input: inout ArraySlice<UInt8>, limit: Int) throws(CodecError) -> Frame? {
        guard let first = input.first else { return nil }
        guard let kind = Kind(rawValue: first) else { throw .unknownFrameType(first) }
        let start = input.startIndex
        guard input.count >= headerSize else { return nil }
        let channel = UInt16(input[start + 1]) << 8 | UInt16(input[start + 2])
        let size =
            Int(input[start + 3]) << 24 | Int(input[start + 4]) << 16 | Int(input[start + 5]) << 8
            | Int(input[start + 6])
        guard size + overhead <= limit else { throw .frameTooLarge(size: size + overhead, limit: limit) }
        guard input.count >= size + overhead else { return nil }
        let endIndex = start + headerSize + size
        guard input[endIndex] == end else { throw .badFrameEnd(input[endIndex]) }
        let frame = Frame(kind: kind, channel: channel, payload: input[start + headerSize..<endIndex])
        input = input[(endIndex + 1)...]
        return frame
    }
}

/// The reason why bytes from the broker could not be read. Each of these ends the connection: after one of them nothing
/// that follows on the stream can be trusted.
enum CodecError: Error, Hashable {
    /// A frame ended before the field that was expected in it.
    case truncated
    /// A method's arguments ended before its frame did.
    case trailingBytes(Int)
    /// A frame of a type that AMQP 0-9-1 section 2.3.5 does not know.
    case unknownFrameType(UInt8)
    /// A frame that does not end in 0xCE (section 2.3.3).
    case badFrameEnd(UInt8)
    /// A frame beyond the size that was negotiated (bytes, with its header and its end).
    case frameTooLarge(size: Int, limit: Int)
    /// A content header of another class than basic, or of a weight other than zero.
    case badContentHeader
    /// A field value of a type that neither the specification nor RabbitMQ's errata name.
    case unknownFieldType(UInt8)
    /// Tables and arrays nested deeper than ``WireReader/maximumDepth``.
    case nestedTooDeep
}
