/// The reason why a payload is not taken as JSON. Says nothing of what is in it.
public enum JSONError: Error, Hashable, CustomStringConvertible {
    /// More bytes than the limit.
    case tooLarge
    /// The bytes are not UTF-8 (RFC 8259 section 8.1).
    case notUTF8
    /// Arrays and objects stand deeper in each other than the limit.
    case tooDeep
    /// Valid, but an array or a scalar at the top: a message's schema wants an object.
    case notAnObject
    /// An integer below -2^63 or above 2^64-1, or a number beyond a double: consumers fail on those.
    case numberOutOfRange
    /// Not a JSON text (RFC 8259). One with escapes of half a surrogate pair is one.
    case syntax
    /// No memory for the parser.
    case outOfMemory

    /// The fault, for the sender.
    public var description: String {
        switch self {
        case .tooLarge: "the payload is too large"
        case .notUTF8: "the payload is not UTF-8"
        case .tooDeep: "arrays and objects are nested too deeply"
        case .notAnObject: "the payload is not a JSON object"
        case .numberOutOfRange: "a number doesn't fit into 64 bits"
        case .syntax: "the payload is not valid JSON"
        case .outOfMemory: "not enough memory to parse the payload"
        }
    }
}
