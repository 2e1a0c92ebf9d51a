/// The reason why bytes are no root key. Never shows any of them.
public enum RootKeyFormatError: Error, Hashable, CustomStringConvertible {
    /// There is nothing but blanks.
    case empty
    /// Neither 32 bytes as they are, nor hexadecimal digits, nor base 64.
    case notText
    /// Fewer than 32 bytes, after decoding.
    case tooShort(bytes: Int)
    /// More than 1024 bytes.
    case tooLong
    /// All bytes are the same.
    case notRandom

    /// The fault.
    public var description: String {
        switch self {
        case .empty: "is empty"
        case .notText: "is neither hexadecimal digits, nor base 64, nor exactly 32 bytes as they are"
        case .tooShort(let bytes): "holds \(bytes) bytes; a root key has at least \(RootKey.minimumCount)"
        case .tooLong: "holds more than \(RootKey.maximumCount) bytes; it is hardly a root key"
        case .notRandom: "holds the same byte over and over; a root key is random"
        }
    }
}
