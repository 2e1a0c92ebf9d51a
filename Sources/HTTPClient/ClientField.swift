/// A header field of a request or an answer.
public struct ClientField: Sendable, Hashable {
    /// The name; compared without regard to case.
    public var name: String
    /// The value, without the blanks around it.
    public var value: String

    /// A field.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// A Boolean value that indicates whether libcurl may be given the field: a name of RFC 9110's tokens, and a value
    /// that cannot end its line.
    var isSound: Bool {
        !name.isEmpty && name.utf8.allSatisfy(Self.isToken) && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
