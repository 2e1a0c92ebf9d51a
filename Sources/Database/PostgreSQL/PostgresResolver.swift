import EventLoop

/// Looks up the names of PostgreSQL's hosts, off the loop, since libpq would block it.
struct PostgresResolver: Sendable {
    /// The numeric addresses of a host.
    let addresses: @Sendable (_ host: String) async throws -> [String]

    /// The system's resolver, on threads of its own.
    static let system = PostgresResolver { host in
        try await SocketAddress.resolve(host: host, port: 0).map(\.host)
    }

    /// The endpoint as it is, or once for each address that its name has; nothing where the name cannot be resolved.
    func resolve(_ endpoint: PostgresEndpoint) async -> [PostgresEndpoint] {
        guard endpoint.needsResolution else { return [endpoint] }
        let found = (try? await addresses(endpoint.host)) ?? []
        return found.map { PostgresEndpoint(host: endpoint.host, address: $0, port: endpoint.port) }
    }
}
