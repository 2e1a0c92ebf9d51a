/// A limit of a token: an owner (a person, a group of groups) or one repository of theirs.
///
/// Compared without regard to the case of ASCII letters, as the services do.
public struct TokenScope: Sendable, Hashable, CustomStringConvertible {
    /// Most bytes of a scope.
    public static let maximumCount = 255
    /// Most parts of a repository's name, the groups that it is in among them; GitLab has 20 groups at most.
    static let maximumParts = 22

    /// As it was given: `owner` or `owner/repository`; GitLab's groups may nest.
    public let text: String
    private let folded: [UInt8]

    /// Reads a scope.
    ///
    /// - Throws: ``TokenInputError`` `scope` for empty parts, characters that no service has in names, or too many.
    public init(_ text: String) throws(TokenInputError) {
        guard (1...Self.maximumCount).contains(text.utf8.count) else { throw .scope }
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for part in parts {
            guard !part.isEmpty, part.allSatisfy(Self.isNameByte), !part.allSatisfy({ $0 == UInt8(ascii: ".") }) else {
                throw .scope
            }
        }
        self.text = text
        folded = text.utf8.map(Self.fold)
    }

    /// Returns a Boolean value that indicates whether a repository (`owner/repository`, or an owner alone for an event
    /// of a whole organisation) is within.
    public func contains(_ repository: some Collection<UInt8>) -> Bool {
        var rest = repository[...]
        for byte in folded {
            guard let first = rest.popFirst(), Self.fold(first) == byte else { return false }
        }
        return rest.isEmpty || rest.first == UInt8(ascii: "/")
    }

    /// The text with ASCII letters in lower case: equal for equal scopes.
    var key: String { String(decoding: folded, as: UTF8.self) }

    /// The keys of all scopes that a repository is within, the narrowest first: of `Owner/Repository` those are
    /// `owner/repository` and `owner`. None for what is no name of a repository, or nested deeper than
    /// ``maximumParts``.
    static func keys(containing repository: String) -> [String] {
        guard let scope = try? TokenScope(repository) else { return [] }
        var parts = scope.key.split(separator: "/")
        guard parts.count <= maximumParts else { return [] }
        var keys: [String] = []
        while !parts.isEmpty {
            keys.append(parts.joined(separator: "/"))
            parts.removeLast()
        }
        return keys
    }

    /// As it was given.
    public var description: String { text }

    private static func fold(_ byte: UInt8) -> UInt8 {
        (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
