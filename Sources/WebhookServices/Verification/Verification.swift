/// Whether a request proves that its sender has the token's secret.
public enum Verification: Sendable, Hashable {
    /// It does.
    ///
    /// - `index`: which of the secrets it was.
    /// - `digest`: 32 bytes that tell this body from another: the code over it where just the body is signed, its
    ///   SHA-256 otherwise. For deduplication; not to be shown, as it may be the signature.
    case verified(index: Int, digest: [UInt8])
    /// There is no proof in it.
    case missing
    /// The proof is wrong, of another algorithm, doubled, or too old.
    case mismatch
}
