/// The outcome of verifying that a request's sender has the token's secret.
public enum Verification: Sendable, Hashable {
    /// It does, by the secret at that index.
    case verified(index: Int)
    /// There is no proof in it.
    case missing
    /// The proof is wrong, of another algorithm, doubled, or too old.
    case mismatch
}
