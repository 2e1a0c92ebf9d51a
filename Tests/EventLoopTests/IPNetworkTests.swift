import Testing

@testable import EventLoop

@Suite struct IPNetworkTests {
    private func address(_ literal: String) throws -> SocketAddress {
        try #require(SocketAddress(literal: literal, port: 4711))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3/8", "10.9.9.9", true),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.0/31", "192.0.2.1", true),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("::1", "::1", true), ("::/0", "10.0.0.1", false), ("::/0", "2001:db8::1", true),
        ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("::ffff:10.0.0.0/104", "10.1.1.1", true),
        ("::ffff:192.0.2.1", "192.0.2.1", true), ("10.128.0.0/9", "10.127.255.255", false),
    ]) func `contains`(network: String, literal: String, isIn: Bool) throws {
        let network = try #require(IPNetwork(network))
        #expect(network.contains(try address(literal)) == isIn)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0/8",
        "2001:db8::/129",
        "example.org", "10.0.0.0/9223372036854775807", "10.0.0.0/٨", " 10.0.0.0/8", "10.0.0.0:80", "*",
    ]) func `refused`(text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test func `description`() {
        #expect(IPNetwork("10.1.2.3/8")?.description == "10.0.0.0/8")
        #expect(IPNetwork("2001:DB8::1/32")?.description == "2001:db8::/32")
        #expect(IPNetwork("::ffff:10.0.0.0/104")?.description == "10.0.0.0/8")
        #expect(IPNetwork("192.0.2.1")?.description == "192.0.2.1/32")
    }

    @Test func `unix sockets are in none`() {
        #expect(IPNetwork("0.0.0.0/0")?.contains(.unix(path: "/run/x")) == false)
    }
}
