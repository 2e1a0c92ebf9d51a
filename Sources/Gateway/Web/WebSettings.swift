import Encodings
import WebPages

/// The pages' part of the configuration.
struct WebSettings: Sendable {
    /// The server's address from outside, without a slash at its end.
    var baseURL: String
    /// Its version.
    var version: String
    /// The address at which a message can be looked up, with `{id}`; empty for nowhere.
    var messageURL = ""
    /// Links at the bottom.
    var links: [PageLink] = []
    /// Tokens on a page.
    var tokensPerPage = 25
    /// Entries of a history on a page.
    var historyEntries = 25
    /// A Boolean value that indicates whether there is a way to log in.
    var canLogIn = true
    /// A Boolean value that indicates whether anybody can log in as anyone.
    var isDevelopmentLogin = false
    /// Facts for the administration: what runs.
    var versions: [LabelledValue] = []

    /// A Boolean value that indicates whether people reach the server by https.
    var isSecure: Bool { baseURL.hasPrefix("https://") }

    /// Returns the address of a message; `nil` for nowhere.
    func url(ofMessage id: String) -> String? {
        messageURL.isEmpty ? nil : messageURL.replacing("{id}", with: PercentEncoding.encode(id))
    }
}
