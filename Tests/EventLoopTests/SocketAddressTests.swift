import EventLoop
import Testing

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1:80", true), ("10.1.2.3", "10.1.2.3:80", false), ("::1", "[::1]:80", true),
        ("[2001:db8::7]", "[2001:db8::7]:80", false), ("::ffff:127.0.0.1", "[::ffff:127.0.0.1]:80", true),
        ("::ffff:10.0.0.1", "[::ffff:10.0.0.1]:80", false),
    ])
    func `literals are read`(text: String, description: String, isLoopback: Bool) throws {
        let address = try #require(SocketAddress(literal: text, port: 80))
        #expect(address.description == description)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: ["127.0.0.1\0", "localhost", "256.1.1.1", "", "1.2.3", "::g"])
    func `names and nonsense are no literals`(text: String) {
        #expect(SocketAddress(literal: text, port: 1) == nil)
    }

    @Test func `localhost resolves to loopback`() async throws {
        let addresses = try await SocketAddress.resolve(host: "localhost", port: 5672)
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { $0.isLoopback && $0.port == 5672 })
    }

    @Test func `an unknown name is an error`() async {
        await #expect(throws: StreamError.self) {
            _ = try await SocketAddress.resolve(host: "no-such-host.invalid", port: 1)
        }
    }
}
