/// A token's secret, made ready once for all the webhooks that it verifies. Shows nothing of it when printed.
public struct PreparedSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key of signatures; `nil` where the secret cannot be one.
    let signingKey: SigningKey?
    /// SHA-256 of the secret, for services that send the secret itself.
    let tokenDigest: [UInt8]?

    /// A proof that needs no secret.
    static let none = PreparedSecret(signingKey: nil)

    init(signingKey: SigningKey?, tokenDigest: [UInt8]? = nil) {
        self.signingKey = signingKey
        self.tokenDigest = tokenDigest
    }

    /// A fixed text.
    public var description: String { "PreparedSecret(redacted)" }
    /// A fixed text.
    public var debugDescription: String { description }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
