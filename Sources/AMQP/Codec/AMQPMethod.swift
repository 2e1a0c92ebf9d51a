/// A method's arguments, read from and written to the payload of a method frame behind its ``MethodID``.
///
/// Both directions exist for all, so that the tests can play the broker with the same code that the tests of the codec
/// prove right.
protocol AMQPMethod: Sendable, Equatable {
    /// Class and number.
    static var id: MethodID { get }
    /// Reads the arguments; the caller checks that nothing is left over.
    init(from reader: inout WireReader) throws(CodecError)
    /// Writes the arguments.
    func encode(into output: inout OutputBuffer) throws(MessageEncodingError)
}

extension AMQPMethod {
    /// Reads all of `reader`.
    static func decodeAll(_ reader: WireReader) throws(CodecError) -> Self {
        var reader = reader
        let method = try Self(from: &reader)
        try reader.finish()
        return method
    }
}

/// A method of fixed size, or whose strings are known to fit: encoding it cannot fail.
protocol SimpleMethod: AMQPMethod {
    /// Writes the arguments.
    func encodeFields(into output: inout OutputBuffer)
}

extension SimpleMethod {
    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        encodeFields(into: &output)
    }
}

/// A method without arguments.
protocol EmptyMethod: SimpleMethod {
    init()
}

extension EmptyMethod {
    init(from reader: inout WireReader) throws(CodecError) {
        self.init()
    }

    func encodeFields(into output: inout OutputBuffer) {}
}

/// A method's class and number, as its frame begins (AMQP 0-9-1 section 2.3.5.1).
struct MethodID: Sendable, Hashable, CustomStringConvertible {
    var classID: UInt16
    var methodID: UInt16

    init(_ classID: UInt16, _ methodID: UInt16) {
        self.classID = classID
        self.methodID = methodID
    }

    var description: String { "\(classID).\(methodID)" }
}
