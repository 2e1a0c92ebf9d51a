/// Settings that all requests of a client share.
public struct HTTPClientSettings: Sendable, Hashable {
    /// The certificate authorities to trust, in PEM; the system's where nil.
    public var caFile: String?
    /// The User-Agent field.
    public var userAgent: String

    /// Settings.
    public init(caFile: String? = nil, userAgent: String = "webhook2fedmsg") {
        self.caFile = caFile
        self.userAgent = userAgent
    }
}
