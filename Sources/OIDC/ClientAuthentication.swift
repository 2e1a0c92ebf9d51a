import Cryptography
import Encodings

/// The client's proof at the token endpoint (OpenID Connect Core section 9).
public enum ClientAuthentication: String, Sendable, Hashable, CaseIterable {
    /// The secret among the form's fields.
    case post = "client_secret_post"
    /// Id and secret, each form-encoded, as HTTP Basic credentials (RFC 6749 section 2.3.1).
    case basic = "client_secret_basic"
    /// A public client, protected by PKCE.
    case none
}

extension OIDCSettings {
    /// Adds to a request what proves that it is ours.
    func authenticate(form: inout FormEncoder, fields: inout [ProviderRequest.Field]) {
        switch clientAuthentication {
        case .post:
            form.add("client_id", clientID)
            form.add("client_secret", clientSecret ?? "")
        case .basic:
            let pair = "\(PercentEncoding.encode(clientID)):\(PercentEncoding.encode(clientSecret ?? ""))"
            fields.append(.init("Authorization", "Basic \(Base64.encode(Array(pair.utf8)))"))
        case .none:
            form.add("client_id", clientID)
        }
    }
}
