import Cryptography
import Encodings
import FedoraMessaging

/// A token's public id, as it stands in the URL: 96 random bits and a tag of 32 bits that only this server's key makes.
///
/// Its text has 26 characters of Crockford's base 32 in lower case (no `i`, `l`, `o`, `u`); upper case is read, too.
/// That a text is an id says nothing about its tag: ``TokenIDAuthority`` checks that.
public struct TokenID: Sendable, Hashable, CustomStringConvertible {
    /// Characters of the text.
    public static let characterCount = 26
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    // 128 bits: the random part in `high` and the upper half of `low`, then the tag.
    private let high: UInt64
    private let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads an id; `nil` for whatever is none. Allocates nothing.
    public init?(_ text: some Sequence<UInt8>) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var count = 0
        for character in text {
            guard let digit = Self.value(of: character) else { return nil }
            // 26 characters have 130 bits, of which the first two are zero: an id has one spelling but for its case.
            if count == 0, digit > 7 { return nil }
            count += 1
            if count > Self.characterCount { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(digit)
        }
        guard count == Self.characterCount else { return nil }
        self.high = high
        self.low = low
    }

    /// Reads an id; `nil` for whatever is none.
    public init?(_ text: some StringProtocol) {
        self.init(text.utf8)
    }

    /// The text: 26 characters, lower case.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.characterCount) { output in
            var high = high
            var low = low
            for index in (0..<Self.characterCount).reversed() {
                output[index] = Self.alphabet[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return Self.characterCount
        }
    }

    /// The 12 bytes that are random.
    var randomPart: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
            + (0..<4).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
    }

    /// The tag over the random part.
    var tag: UInt32 { UInt32(truncatingIfNeeded: low) }

    /// A number to spread ids over shards by: random, and not the tag.
    var spread: Int { Int(truncatingIfNeeded: low >> 32) }

    private static func value(of character: UInt8) -> UInt8? {
        // Letters of either case; the gaps are where i, l, o and u are left out.
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x61...0x68, 0x41...0x48: (character | 0x20) - 0x61 + 10
        case 0x6a...0x6b, 0x4a...0x4b: (character | 0x20) - 0x6a + 18
        case 0x6d...0x6e, 0x4d...0x4e: (character | 0x20) - 0x6d + 20
        case 0x70...0x74, 0x50...0x54: (character | 0x20) - 0x70 + 22
        case 0x76...0x7a, 0x56...0x5a: (character | 0x20) - 0x76 + 27
        default: nil
        }
    }
}

/// Makes public ids and tells whether one was made here, without asking the database.
///
/// Someone who makes ids up hits a right tag once in 2³² tries; only then does the database hear of it.
public struct TokenIDAuthority: Sendable {
    private let key: HMACSHA256Key

    /// With the id-tag key of a ring.
    public init(_ keys: KeyRing) {
        key = keys.idTags
    }

    /// A new id.
    ///
    /// - Throws: `CryptographyError` if there is no randomness.
    public func make() throws -> TokenID {
        let random = try SecureRandom.bytes(12)
        let high = random[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let low = random[8...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return TokenID(high: high, low: low << 32 | UInt64(tag(over: random)))
    }

    /// Returns a Boolean value that indicates whether this server, or another with the same root key, made the id.
    public func isAuthentic(_ id: TokenID) -> Bool {
        // One comparison of two registers: it takes the same time wherever they differ.
        tag(over: id.randomPart) ^ id.tag == 0
    }

    private func tag(over random: [UInt8]) -> UInt32 {
        key.authenticationCode(for: random[...]).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// The public tag of a token: what its messages carry, so that whoever sees a strange one can tell an administrator which
/// token it came by. Made by a key of this server's that outlives rotations; neither the token's address nor anything else
/// can be had from it.
public struct TokenTag: Sendable, Hashable, CustomStringConvertible {
    /// Characters of the text: 64 bits in hexadecimal digits.
    public static let characterCount = 16
    /// The text that is signed before the token's identity. Public ids are signed by the same key, over 12 bytes.
    private static let purpose = Array("webhook2fedmsg_token\0".utf8)

    /// The text: hexadecimal digits, lower case.
    public let description: String

    /// The tag of the token with this lasting identity.
    init(of uuid: UUIDValue, _ keys: KeyRing) {
        let code = keys.idTags.authenticationCode(for: [Self.purpose[...], uuid.bytes[...]])
        description = Hex.encode(code.prefix(Self.characterCount / 2))
    }

    /// The tag of a token.
    init(of token: Token, _ keys: KeyRing) {
        self.init(of: token.uuid, keys)
    }

    /// Reads a tag, in either case; `nil` for whatever is none.
    public init?(_ text: String) {
        guard text.utf8.count == Self.characterCount, Hex.decode(Array(text.utf8)[...]) != nil else { return nil }
        description = text.lowercased()
    }
}

/// A request's path as it is logged. For services that sign nothing, the token's id in the URL is all the proof there is,
/// so that no log may have it; its beginning is enough to find the token by (`webhook2fedmsg token list`).
enum LoggedPath {
    /// Segments that are longer than this are cut: an id has 26 characters, and one that was mistyped or escaped is not
    /// shown either.
    private static let longestWhole = 20
    /// Characters that are left of an id.
    static let kept = 6

    /// The path with its long segments cut.
    static func of(_ path: String) -> String {
        guard path.utf8.count > longestWhole else { return path }
        return path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.utf8.count > longestWhole ? "\($0.prefix(kept))…" : String($0) }
            .joined(separator: "/")
    }
}

extension TokenID {
    /// The id's beginning, for logs.
    var logged: String { "\(description.prefix(LoggedPath.kept))…" }
}
