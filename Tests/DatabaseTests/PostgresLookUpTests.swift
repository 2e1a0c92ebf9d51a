import EventLoop
import Testing

@testable import Database

struct PostgresLookUpTests {
    private static let names = [
        PostgresEndpoint(host: "db1", address: "", port: "1"), PostgresEndpoint(host: "db2", address: "", port: "2"),
        PostgresEndpoint(host: "192.0.2.3", address: "", port: "3"),
    ]

    /// What a look-up comes to, and when.
    private static func lookUp(
        _ endpoints: [PostgresEndpoint], timeout: Duration = .seconds(60),
        _ addresses: @escaping @Sendable (String) async throws -> [String]
    ) async throws -> Result<[PostgresEndpoint], DatabaseError> {
        let loop = try TestDatabase.loop.get()
        return await withCheckedContinuation { continuation in
            loop.execute {
                PostgresLookUp(endpoints, loop: loop).start(
                    PostgresResolver(addresses: addresses), timeout: timeout
                ) { continuation.resume(returning: $0) }
            }
        }
    }

    @Test func `names become all their addresses and unknown ones are left out`() async throws {
        let resolve: @Sendable (String) async throws -> [String] = { host in
            guard host == "db1" else { throw DatabaseError(.other, "unknown") }
            return ["192.0.2.1", "2001:db8::1"]
        }
        #expect(
            try await Self.lookUp(Self.names, resolve).get() == [
                PostgresEndpoint(host: "db1", address: "192.0.2.1", port: "1"),
                PostgresEndpoint(host: "db1", address: "2001:db8::1", port: "1"),
                PostgresEndpoint(host: "192.0.2.3", address: "", port: "3"),
            ])
        #expect(await code { _ = try await Self.lookUp([Self.names[1]], resolve).get() } == .unavailable)
    }

    /// Each look-up waits for the other: one after the other they would never end.
    @Test func `all names are looked up at once`() async throws {
        let (stream, both) = AsyncStream.makeStream(of: Void.self)
        let count = Locked(0)
        let found = try await Self.lookUp(Array(Self.names.prefix(2))) { host in
            let begun = count.withLock { count in
                count += 1
                return count
            }
            if begun == 2 { both.finish() }
            for await _ in stream {}
            return [host == "db1" ? "192.0.2.1" : "192.0.2.2"]
        }
        #expect(try found.get().map(\.address) == ["192.0.2.1", "192.0.2.2"])
    }

    @Test func `a name server that hangs for one host leaves the others`() async throws {
        let found = try await Self.lookUp(Self.names, timeout: .seconds(8)) { host in
            if host == "db1" { try await Task.sleep(for: .seconds(60)) }
            return ["192.0.2.2"]
        }
        #expect(try found.get().map(\.port) == ["2", "3"])
    }

    @Test func `where no name is known in time it says so`() async throws {
        let found = try await Self.lookUp([Self.names[0]], timeout: .milliseconds(100)) { _ in
            try await Task.sleep(for: .seconds(3))
            return ["192.0.2.2"]
        }
        #expect(await failure { _ = try found.get() }?.message.contains("not resolved in time") == true)
    }
}
