import Cryptography

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

    /// Whether this server, or another with the same root key, made the id.
    public func isAuthentic(_ id: TokenID) -> Bool {
        // One comparison of two registers: it takes the same time wherever they differ.
        tag(over: id.randomPart) ^ id.tag == 0
    }

    private func tag(over random: [UInt8]) -> UInt32 {
        key.authenticationCode(for: random[...]).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
