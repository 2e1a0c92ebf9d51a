import Encodings
import WebPages

/// What the pages are told by the configuration.
struct WebSettings: Sendable {
    /// What the server is called from outside, without a slash at its end.
    var baseURL: String
    /// Its version.
    var version: String
    /// Where a message can be looked up, with `{id}`; empty for nowhere.
    var messageURL = ""
    /// Links at the bottom.
    var links: [PageLink] = []
    /// Tokens on a page.
    var tokensPerPage = 25
    /// Entries of a history on a page.
    var historyEntries = 25
    /// Whether there is a way to log in.
    var canLogIn = true
    /// Whether anybody can log in as anyone.
    var isDevelopmentLogin = false
    /// Facts for the administration: what runs.
    var versions: [LabelledValue] = []

    /// Whether people reach the server by https.
    var isSecure: Bool { baseURL.hasPrefix("https://") }

    /// Where a message is to be seen; `nil` for nowhere.
    func url(ofMessage id: String) -> String? {
        messageURL.isEmpty ? nil : messageURL.replacing("{id}", with: PercentEncoding.encode(id))
    }
}
