/// Whether a request proves that its sender has the token's secret.
public enum Verification: Sendable, Hashable {
    /// It does.
    ///
    /// - `index`: which of the secrets it was.
    /// - `digest`: bytes that tell this body from another within this process, whatever secret it was signed with. For
    ///   deduplication; must not leave the process.
    case verified(index: Int, digest: [UInt8])
    /// There is no proof in it.
    case missing
    /// The proof is wrong, of another algorithm, doubled, or too old.
    case mismatch
}
