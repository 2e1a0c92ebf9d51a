/// The proof that a request of a service is authentic.
public enum ProofKind: Sendable, Hashable, CaseIterable {
    /// A signature by the secret.
    case signature
    /// The secret itself, which the service sends along; or, if it can sign as well, a signature.
    case sharedSecret
    /// Nothing but that it was sent to the token's own, unguessable address. Never enough on an address that all tokens
    /// of a service share.
    case pathOnly
}
