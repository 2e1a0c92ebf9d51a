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
