import Cryptography
import Encodings

/// The one secret that every other key is derived from (HKDF). It never leaves memory, and has no text form.
public struct RootKey: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// Fewest bytes of a key: 256 bits.
    public static let minimumCount = 32
    /// Most bytes of a key, so that a wrong file is noticed as such.
    public static let maximumCount = 1024

    private let material: ProtectedKey

    /// The key's public name: 16 hexadecimal digits that say nothing about it. What is sealed carries the name.
    public let id: String

    /// A key of given bytes.
    ///
    /// - Throws: ``RootKeyFormatError`` if there are too few, too many, or they are all the same.
    public init(material: [UInt8]) throws {
        guard material.count >= Self.minimumCount else { throw RootKeyFormatError.tooShort(bytes: material.count) }
        guard material.count <= Self.maximumCount else { throw RootKeyFormatError.tooLong }
        guard Set(material).count > 1 else { throw RootKeyFormatError.notRandom }
        self.material = ProtectedKey(material)
        let name = try HKDFSHA256.deriveKey(from: material, salt: [], info: KeyPurpose.name.rawValue, count: 8)
        id = Hex.encode(name)
    }

    /// Reads a key as it stands in a file: 32 bytes as they are; or hexadecimal digits or base 64 (of either alphabet,
    /// padded or not) of 32 bytes or more, with blanks and line ends around or between them.
    ///
    /// - Throws: ``RootKeyFormatError``.
    public init(fileContent: [UInt8]) throws {
        if fileContent.count == Self.minimumCount, !fileContent.allSatisfy(Self.isText) {
            try self.init(material: fileContent)
            return
        }
        var text = fileContent.filter { !Self.isBlank($0) }
        defer { SecureMemory.wipe(&text) }
        guard !text.isEmpty else { throw RootKeyFormatError.empty }
        // Hexadecimal first: its digits are letters of base 64, too.
        guard let material = Hex.decode(text) ?? Self.decodeBase64(text) else {
            throw RootKeyFormatError.notText
        }
        try self.init(material: material)
    }

    /// A new key of 32 random bytes.
    static func generate() throws -> (key: RootKey, fileContent: [UInt8]) {
        let material = try SecureRandom.bytes(minimumCount)
        return (try RootKey(material: material), Array((Hex.encode(material) + "\n").utf8))
    }

    func derive(_ purpose: KeyPurpose) throws -> [UInt8] {
        try material.withBytes { try HKDFSHA256.deriveKey(from: $0, salt: [], info: purpose.rawValue, count: 32) }
    }

    /// The key's public name, not the key.
    public var description: String { "root key \(id)" }

    /// Shows the name alone, so that dumping a value that holds a key does not show the key.
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }

    private static func decodeBase64(_ text: [UInt8]) -> [UInt8]? {
        var characters = text
        defer { SecureMemory.wipe(&characters) }
        for index in characters.indices {
            switch characters[index] {
            case UInt8(ascii: "+"): characters[index] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): characters[index] = UInt8(ascii: "_")
            default: break
            }
        }
        for _ in 0..<2 where characters.last == UInt8(ascii: "=") { characters.removeLast() }
        return Base64.decodeURLSafe(characters)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (0x09...0x0d).contains(byte)
    }

    private static func isText(_ byte: UInt8) -> Bool {
        isBlank(byte) || (0x20..<0x7f).contains(byte)
    }
}

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

/// The purpose of a key that is derived from the root key. Each purpose has a key of its own, by an info string of its
/// own.
enum KeyPurpose: String, CaseIterable {
    /// Sealing of secrets in the database.
    case sealing = "webhook2fedmsg v1 sealing"
    /// Hashes by which a secret that a service sends in the clear is looked up.
    case lookup = "webhook2fedmsg v1 look-up hashes"
    /// Sealing of cookies.
    case cookies = "webhook2fedmsg v1 cookies"
    /// The tags in tokens' public ids. Its key outlives a rotation of the root key: the ids stand in people's settings.
    case idTags = "webhook2fedmsg v1 id tags"
    /// The public name of a root key.
    case name = "webhook2fedmsg v1 key id"
    /// The value in the database that tells whether the root key is the right one.
    case check = "webhook2fedmsg v1 check value"
}
