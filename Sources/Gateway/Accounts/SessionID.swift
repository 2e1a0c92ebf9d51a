import Cryptography
import Encodings

/// The id that a browser shows to be recognized: 256 random bits, and a keyed tag, so that made-up ids cost no question
/// to the database. Its description says nothing.
struct SessionID: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    private static let randomCount = 32
    private static let tagCount = 8

    private let random: [UInt8]

    var description: String { "a session id" }
    var debugDescription: String { "a session id" }

    init(random: [UInt8]) {
        self.random = random
    }

    /// A new one.
    /// - Throws: `CryptographyError` if there is no randomness.
    init() throws {
        self.init(random: try SecureRandom.bytes(Self.randomCount))
    }

    /// The id in a cookie; nil if it was not made by a server with these keys.
    init?(cookie: String, keys: KeyRing) {
        guard let bytes = Base64.decodeURLSafe(cookie), bytes.count == Self.randomCount + Self.tagCount else {
            return nil
        }
        random = Array(bytes[..<Self.randomCount])
        guard constantTimeEqual(Self.tag(of: random, keys), bytes[Self.randomCount...]) else { return nil }
    }

    /// The cookie's text, 54 characters.
    func cookie(_ keys: KeyRing) -> String {
        Base64.encodeURLSafe(random + Self.tag(of: random, keys))
    }

    /// The hash under which the database has it. Of no use to a reader of the database.
    var hash: SessionHash {
        SessionHash(bytes: SHA256.digest(Array("webhook2fedmsg session v1\0".utf8) + random))
    }

    /// The token in this session's forms, 43 characters: who does not know the id cannot make it.
    func csrfToken() throws -> String {
        let code = try HMACSHA256Key(random).authenticationCode(for: Array("webhook2fedmsg csrf v1".utf8)[...])
        return Base64.encodeURLSafe(code)
    }

    private static func tag(of random: [UInt8], _ keys: KeyRing) -> ArraySlice<UInt8> {
        // The key of ids' tags outlives rotations of the root key; the text sets these apart from tokens' ids.
        keys.idTags.authenticationCode(for: (Array("session v1\0".utf8) + random)[...]).prefix(tagCount)
    }
}

/// The hash of a session's id: the key of its row.
struct SessionHash: Sendable, Hashable {
    /// 32 bytes.
    let bytes: [UInt8]
}
