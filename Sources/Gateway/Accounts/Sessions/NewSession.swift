import Database
import OIDC

/// Someone who just logged in.
struct NewSession: Sendable {
    let account: String
    let subject: String
    let name: String?
    let groups: [String]
    let credentials: Credentials?
    let isDevelopment: Bool
    let userAgent: String?
    /// When the person logged in at the provider; nil if it does not say.
    let authenticatedAt: UnixTime?
}
