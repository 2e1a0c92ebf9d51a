/// The reason why a secret cannot be used with a service. Never says anything of the secret itself.
public enum SecretError: Error, Hashable, CustomStringConvertible {
    /// An empty secret proves nothing.
    case empty
    /// The service's secrets have a form that this one has not. What the form is.
    case malformed(expected: String)
    /// OpenSSL has no memory or no SHA-256.
    case cryptography

    /// Advice for people.
    public var description: String {
        switch self {
        case .empty: "the secret is empty"
        case .malformed(let expected): "the secret must be \(expected)"
        case .cryptography: "the secret couldn't be prepared: OpenSSL failed"
        }
    }
}
