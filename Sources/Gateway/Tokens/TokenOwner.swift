import Encodings

/// An owner of a token, who may manage it: a person, or the members of a group.
public struct TokenOwner: Sendable, Hashable {
    /// Person or group.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A Fedora account.
        case user
        /// A group of Fedora accounts.
        case group
    }

    /// Most bytes of a name.
    public static let maximumNameCount = 64

    /// Person or group.
    public let kind: Kind
    /// The name in Fedora's accounts, small letters.
    public let name: String

    /// An owner.
    ///
    /// - Throws: ``TokenInputError`` `owner` for what cannot be an account's name.
    public init(_ kind: Kind, name: String) throws(TokenInputError) {
        let bytes = name.utf8
        guard (1...Self.maximumNameCount).contains(bytes.count), let first = bytes.first, Self.isLetterOrDigit(first),
            bytes.allSatisfy({ Self.isLetterOrDigit($0) || "-_.".utf8.contains($0) })
        else { throw .owner(name.printable) }
        self.kind = kind
        self.name = name
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
    }
}

/// The names of a provider that are accounts and groups here.
enum AccountNames {
    /// The account's name, if owners may be called so. Never changed to fit: two accounts must not become one.
    static func account(_ name: String) -> String? {
        (try? TokenOwner(.user, name: name))?.name
    }

    /// Those that groups may be called, each once, in order.
    static func groups(_ names: [String]) -> [String] {
        Set(names.compactMap { (try? TokenOwner(.group, name: $0))?.name }).sorted()
    }
}
