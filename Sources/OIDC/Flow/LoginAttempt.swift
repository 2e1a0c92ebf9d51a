import Cryptography
import Encodings

/// A login in progress: what binds the callback to the browser that began it. Kept in a sealed cookie.
public struct LoginAttempt: Sendable, Hashable {
    /// Comes back in the callback.
    public let state: String
    /// Comes back in the ID token.
    public let nonce: String
    /// Proves to the token endpoint that whoever redeems the code began the login.
    public let verifier: String
    /// Seconds since 1970.
    public let startedAt: Int64
    /// The time that ago the person may have logged in at the provider, in seconds; nil if it does not matter.
    public let maxAge: Int64?
    /// The destination after the login.
    public let returnAddress: String

    /// An attempt with random values of 256 bits.
    public init(returnAddress: String, maxAge: Int64?, startedAt: Int64) throws {
        state = Base64.encodeURLSafe(try SecureRandom.bytes(32))
        nonce = Base64.encodeURLSafe(try SecureRandom.bytes(32))
        verifier = Base64.encodeURLSafe(try SecureRandom.bytes(32))
        self.startedAt = startedAt
        self.maxAge = maxAge
        self.returnAddress = returnAddress
    }

    /// The attempt that these bytes hold, as ``bytes`` made them; nil if they hold none.
    public init?(bytes: [UInt8]) {
        let pieces = bytes.split(separator: 0, omittingEmptySubsequences: false)
        let parts = pieces.map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 7, parts[0] == "1", let startedAt = Int64(parts[4]) else { return nil }
        state = parts[1]
        nonce = parts[2]
        verifier = parts[3]
        self.startedAt = startedAt
        maxAge = Int64(parts[5])
        returnAddress = parts[6]
    }

    /// For the cookie; to be sealed.
    public var bytes: [UInt8] {
        let parts = ["1", state, nonce, verifier, "\(startedAt)", maxAge.map { "\($0)" } ?? "", returnAddress]
        return Array(parts.joined(separator: "\0").utf8)
    }
}
