import HTTPServer

/// Where webhooks come from, as far as patience with failures goes: a sender's source, for each service on its own. A
/// sender of whom nothing is known is a source of its own each time: else it would share the failures of all such.
struct BareSource: Hashable, Sendable {
    private let source: ClientSource
    private let service: UInt16

    /// - Parameter service: The service's place among those offered.
    init(_ client: ClientAddress, service: Int) {
        source = client.source ?? .new()
        self.service = UInt16(truncatingIfNeeded: service)
    }
}
