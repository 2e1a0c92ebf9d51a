import WebPages

extension WebSettings {
    /// What a configuration says.
    ///
    /// - Parameters:
    ///   - version: The program's.
    ///   - database: What the database is, in a word or two.
    init(_ configuration: Configuration, version: String, database: String, isDevelopmentLogin: Bool) {
        let pages = configuration.pages
        self.init(baseURL: configuration.server.baseURL, version: version)
        // What goes to a file is in no archive.
        if case .broker = configuration.publisher { messageURL = pages.messageURL }
        links = [(pages.helpURL, "Help"), (pages.sourceURL, "Source")].compactMap { url, text in
            url.map { PageLink(url: $0, text: text) }
        }
        tokensPerPage = pages.listLength
        historyEntries = pages.historyLength
        self.isDevelopmentLogin = isDevelopmentLogin
        canLogIn = isDevelopmentLogin || configuration.oidc.issuer != nil
        versions = [
            LabelledValue(label: "webhook2fedmsg", value: version), LabelledValue(label: "Database", value: database),
        ]
    }
}
