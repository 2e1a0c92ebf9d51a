import EventLoop

/// Looks up the names of PostgreSQL's hosts, off the loop, since libpq would block it.
struct PostgresResolver: Sendable {
    /// The numeric addresses of a host.
    let addresses: @Sendable (_ host: String) async throws -> [String]

    /// The system's resolver, on a thread of its own.
    static let system = PostgresResolver { host in
        try await SocketAddress.resolve(host: host, port: 0).map(\.host)
    }

    /// Each endpoint that needs it is replaced by one for each of its addresses. A name that cannot be resolved is left
    /// out, unless none is left.
    /// - Throws: `DatabaseError`.
    func resolve(_ endpoints: [PostgresEndpoint]) async throws(DatabaseError) -> [PostgresEndpoint] {
        var resolved: [PostgresEndpoint] = []
        for endpoint in endpoints {
            guard endpoint.needsResolution else {
                resolved.append(endpoint)
                continue
            }
            for address in (try? await addresses(endpoint.host)) ?? [] {
                resolved.append(PostgresEndpoint(host: endpoint.host, address: address, port: endpoint.port))
            }
        }
        guard !resolved.isEmpty else {
            let names = endpoints.map(\.host).joined(separator: ", ")
            throw DatabaseError(.unavailable, "the name of PostgreSQL's host cannot be resolved: \(names)")
        }
        return resolved
    }
}
