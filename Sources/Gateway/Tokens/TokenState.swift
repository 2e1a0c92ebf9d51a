/// Whether webhooks of a token are accepted.
public enum TokenState: String, Sendable, Hashable, CaseIterable {
    /// They are.
    case enabled
    /// They are refused with 403.
    case disabled
}
