import Testing

@testable import Gateway

@Suite struct DescriptorLimitTests {
    private func shortage(_ limit: Int, connections: Int = 4096) -> DescriptorLimit.Shortage? {
        var configuration = Configuration()
        configuration.server.loops = 2
        configuration.server.maxConnections = connections
        return DescriptorLimit.shortage(of: configuration, limit: limit)
    }

    @Test func connectionsAreFewerThanDescriptors() throws {
        #expect(shortage(1 << 20) == nil)
        let left = try #require(shortage(1024)?.connections)
        #expect(left > 800 && left < 1024 - 64, "a reserve is kept")
        #expect(shortage(1024)?.description.contains("\(left)") == true)
        #expect(shortage(1024, connections: 500) == nil)
    }

    @Test func tooFewForAnything() {
        #expect(shortage(64)?.connections == nil && shortage(64) != nil)
        #expect(shortage(0)?.connections == nil)
        #expect(shortage(Int(Int32.max), connections: 1_000_000) == nil)
    }
}
