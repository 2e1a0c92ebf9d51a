/// The reason why a channel or a connection is closed: a reply code, a text, and the method that failed (zero if none
/// did).
struct CloseReason: Sendable, Hashable, CustomStringConvertible {
    /// Section 1.1: 404 is a missing exchange, 403 a refusal, 406 a precondition; below 300 is an orderly end.
    var code: UInt16
    /// At most 255 bytes, in the broker's words.
    var text: String
    /// The method that failed, or 0.0.
    var method: MethodID

    init(code: UInt16, text: String, method: MethodID = MethodID(0, 0)) {
        self.code = code
        self.text = text
        self.method = method
    }

    init(from reader: inout WireReader) throws(CodecError) {
        code = try reader.integer()
        text = try reader.shortString()
        method = MethodID(try reader.integer(), try reader.integer())
    }

    func encode(into output: inout OutputBuffer) throws(MessageEncodingError) {
        output.append(integer: code)
        try output.append(shortString: text)
        output.append(integer: method.classID)
        output.append(integer: method.methodID)
    }

    /// An end that we ask for ourselves.
    static let goodbye = CloseReason(code: 200, text: "goodbye")

    var description: String { "\(code) \(text)" }
}
