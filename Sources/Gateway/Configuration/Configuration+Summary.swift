import Database

extension Configuration {
    /// The main settings in a few lines, without secrets: for `check-config` and the log's first line.
    public var summary: [(name: String, value: String)] {
        [
            ("file", file ?? "none (defaults and environment)"),
            ("state_dir", general.stateDirectory),
            ("listen", server.listen.map(\.description).joined(separator: ", ")),
            ("https", server.tls.certificate ?? "no"),
            ("public_url", server.baseURL),
            ("loops", "\(server.loopCount)"),
            ("services", services.registry.offered.map(\.name).joined(separator: ", ")),
            ("publisher", publisher.description),
            ("topic permission", services.registry.topicPattern(prefix: broker.topicPrefix)),
            ("database", (try? DatabaseURL.parse(database.url ?? ""))?.description ?? "unreadable"),
        ]
    }
}

extension ServerConfiguration {
    /// The base of URLs: `public_url`, or the first address where that isn't required.
    public var baseURL: String {
        publicURL ?? "\(tls.files == nil ? "http" : "https")://\(listen.first?.description ?? "")"
    }

    /// The event loops to start.
    public var loopCount: Int { loops == 0 ? ProcessorCount.available() : loops }
}
