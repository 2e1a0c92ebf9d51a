import Cryptography
import Encodings

/// The client's proof at the token endpoint (OpenID Connect Core section 9).
public enum ClientAuthentication: Sendable, Hashable {
    /// `client_secret_post`: the secret among the form's fields.
    case post(secret: String)
    /// `client_secret_basic`: id and secret, each form-encoded, as HTTP Basic credentials (RFC 6749 section 2.3.1).
    case basic(secret: String)
    /// `none`: a public client, protected by PKCE.
    case none

    /// Adds to a request what proves that it is ours.
    func apply(clientID: String, form: inout FormEncoder, fields: inout [ProviderRequest.Field]) {
        switch self {
        case .post(let secret):
            form.add("client_id", clientID)
            form.add("client_secret", secret)
        case .basic(let secret):
            let pair = "\(PercentEncoding.encode(clientID)):\(PercentEncoding.encode(secret))"
            fields.append(.init("Authorization", "Basic \(Base64.encode(Array(pair.utf8)))"))
        case .none:
            form.add("client_id", clientID)
        }
    }
}
