/// The side that makes a token's secret.
public enum SecretOrigin: Sendable, Hashable, CaseIterable {
    /// Here; people copy it into the service's page.
    case here
    /// At the service; people copy it from there when they make the token.
    case there
    /// There is none.
    case nowhere
}
