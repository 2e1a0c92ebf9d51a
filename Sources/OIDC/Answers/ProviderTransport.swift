/// The carrier of requests to the provider: bounded in time and size, without following redirects.
public protocol ProviderTransport: Sendable {
    /// Sends a request and waits for the whole answer.
    /// - Throws: `ProviderUnreachable`.
    func send(_ request: ProviderRequest) async throws(ProviderUnreachable) -> ProviderResponse
}

/// No answer came: why, for a log, without URLs' queries or credentials.
public struct ProviderUnreachable: Error, Sendable, Hashable {
    /// The reason.
    public let reason: String

    /// With a reason.
    public init(reason: String) {
        self.reason = reason
    }
}
