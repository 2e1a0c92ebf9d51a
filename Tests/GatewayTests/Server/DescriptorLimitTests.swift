import HTTPServer
import Testing

@testable import Gateway

@Suite struct DescriptorLimitTests {
    private func shortage(_ limit: Int, connections: Int = 4096) -> DescriptorLimit.Shortage? {
        var configuration = Configuration()
        configuration.server.loops = 2
        configuration.server.limits.maxConnections = connections
        return DescriptorLimit.shortage(of: configuration, limit: limit)
    }

    @Test func `connections are fewer than descriptors`() throws {
        #expect(shortage(1 << 20) == nil)
        let left = try #require(shortage(1024)?.connections)
        #expect(left > 800 && left < 1024 - 64, "a reserve is kept")
        #expect(shortage(1024)?.description.contains("\(left)") == true)
        #expect(shortage(1024, connections: 500) == nil)
    }

    /// Some connections are left for others, whatever the limits are made.
    @Test func `no source has all connections`() {
        func bound(_ connections: Int, _ perSource: Int) -> Int {
            var configuration = Configuration()
            configuration.server.limits.maxConnections = connections
            configuration.server.limits.maxConnectionsPerSource = perSource
            return configuration.server.effectiveLimits.maxConnectionsPerSource
        }
        #expect(bound(4096, 1024) == 1024)
        #expect(bound(1024, 1024) == 768)
        #expect(bound(20, 1024) == 15 && bound(20, 1_000_000) == 15 && bound(20, 3) == 3)
        #expect(bound(2, 1024) == 1 && bound(1, 1024) == 1)
        #expect(bound(20, 0) == 0, "no bound is no bound")
        #expect(bound(1_000_000, 1_000_000) == 750_000)
    }

    @Test func `a bound for a source that is too large is told`() async throws {
        func warnings(_ lines: String) async throws -> [String] {
            let configuration = try Configuration.load(text: "[server]\n" + lines)
            return await configuration.findingsOnThisMachine().warnings.filter { $0.contains("per_source") }
        }
        #expect(try await warnings("max_connections = 20\nmax_connections_per_source = 16").count == 1)
        #expect(try await warnings("max_connections = 20\nmax_connections_per_source = 15").isEmpty)
        #expect(try await warnings("max_connections = 20").isEmpty)
    }

    @Test func `too few for anything`() {
        #expect(shortage(64)?.connections == nil && shortage(64) != nil)
        #expect(shortage(0)?.connections == nil)
        #expect(shortage(Int(Int32.max), connections: 1_000_000) == nil)
    }
}
