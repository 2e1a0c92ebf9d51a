import EventLoop
import Logging
import Testing

@testable import HTTPServer

/// Who sent a request, behind proxies and without.
@Suite(.serialized) struct ClientAddressTests {
    private static let proxies = ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"]

    /// The sender that a server sees whose peer, 127.0.0.1, is a trusted proxy.
    private func client(
        _ fields: String..., networks: [String] = proxies, header: ForwardingHeader = .any
    ) async throws -> String {
        let proxies = TrustedProxies(networks.compactMap { IPNetwork($0) }, header: header)
        let seen = Locked("")
        try await TestServer.run(
            proxies: proxies,
            { router in
                try router.on(.get, "/") { exchange in
                    seen.withLock { $0 = "\(exchange.clientAddress)" }
                    return .text(.ok, "")
                }
            },
            { server in
                let head = fields.map { $0 + "\r\n" }.joined()
                let answer = try await server.ask("GET / HTTP/1.1\r\nHost: a\r\n\(head)\r\n")
                #expect(answer.status == 200)
            })
        return seen.withLock { $0 }
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("192.0.2.1:4711", "192.0.2.1:4711"), ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"), ("[2001:db8::1]:4711", "[2001:db8::1]:4711"),
        ("\"[2001:db8::1]:4711\"", "[2001:db8::1]:4711"), ("\"192.0.2.1\"", "192.0.2.1"),
        ("2001:db8:2:3:4:5:6:7:443", "[2001:db8:2:3:4:5:6:7]:443"), ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("[::ffff:192.0.2.1]:80", "192.0.2.1:80"),
        ("203.0.113.9, 192.0.2.1", "192.0.2.1"), ("203.0.113.9,192.0.2.1:1, 10.0.0.1", "192.0.2.1:1"),
        ("192.0.2.1,10.0.0.1:80,\t10.9.9.9", "192.0.2.1"), ("192.0.2.1, [2001:db8:1::9]:80", "192.0.2.1"),
        ("10.1.2.3", "10.1.2.3"), ("10.1.2.3, 10.0.0.1", "10.1.2.3"), ("_hidden", "_hidden"), ("_a:_p", "_a"),
        ("_a, 10.0.0.1", "_a"),
    ]) func `x forwarded for`(value: String, expected: String) async throws {
        #expect(try await client("X-Forwarded-For: \(value)") == expected)
    }

    @Test(arguments: [
        "", "unknown", "192.0.2.1,", ",", "192.0.2.1, unknown, 10.0.0.1", "999.1.1.1", "192.0.2.1:99999", "192.0.2.1:",
        "192.0.2.1:x", "[2001:db8::1", "[2001:db8::1]80", "[192.0.2.1", "example.org", "192.0.2.1 198.51.100.1", "_",
        "_\u{e9}", "unix:", "192.0.2.1;198.51.100.1", "-1", "9223372036854775807", "\u{0}",
    ]) func `unreadable`(value: String) async throws {
        guard value != "\u{0}" else { return }
        #expect(try await client("X-Forwarded-For: \(value)") == "unknown")
    }

    @Test(arguments: [
        ("for=192.0.2.1", "192.0.2.1"), ("For=\"192.0.2.1:4711\";proto=https;by=203.0.113.43", "192.0.2.1:4711"),
        ("proto=http; FOR = \"[2001:db8::1]:4711\"", "[2001:db8::1]:4711"), ("for=\"_gazonk\"", "_gazonk"),
        ("for=203.0.113.9, for=192.0.2.1", "192.0.2.1"), ("for=192.0.2.1, for=10.0.0.1;by=10.0.0.2", "192.0.2.1"),
        ("for=\"192.0.2\\.1\"", "192.0.2.1"), ("for=192.0.2.1, ", "192.0.2.1"),
        // What a sender left open does not swallow what the proxy appended.
        ("for=\"203.0.113.9, for=192.0.2.1", "192.0.2.1"), ("for=\"a\\\", for=192.0.2.1", "192.0.2.1"),
        ("for=\"x;y\", for=\"[2001:db8::1]\"", "2001:db8::1"), ("host=\"a,b;for=9.9.9.9\";for=192.0.2.1", "192.0.2.1"),
        ("for=unknown", "unknown"), ("proto=https", "unknown"), ("for=192.0.2.1;for=192.0.2.2", "unknown"),
        ("for=192.0.2.1, proto=https", "unknown"), ("for=192.0.2.1, for=unknown, for=10.0.0.1", "unknown"),
        ("for=", "unknown"), ("192.0.2.1", "unknown"), ("", "unknown"),
    ]) func `forwarded`(value: String, expected: String) async throws {
        #expect(try await client("Forwarded: \(value)") == expected)
    }

    @Test func `several fields are one list`() async throws {
        #expect(try await client("X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 192.0.2.1") == "192.0.2.1")
        #expect(try await client("X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 10.0.0.1") == "192.0.2.1")
        #expect(try await client("Forwarded: for=192.0.2.1", "Forwarded: for=10.0.0.1, for=10.0.0.2") == "192.0.2.1")
    }

    @Test func `of both headers the one that was chosen`() async throws {
        let fields = ("X-Forwarded-For: 192.0.2.1", "Forwarded: for=198.51.100.1")
        #expect(try await client(fields.0, fields.1) == "192.0.2.1")
        #expect(try await client(fields.0, fields.1, header: .forwarded) == "198.51.100.1")
        #expect(try await client(fields.1, header: .xForwardedFor) == "unknown")
    }

    @Test func `nobody else is believed`() async throws {
        let networks = ["10.0.0.0/8"]
        #expect(try await client("X-Forwarded-For: 192.0.2.1", networks: networks).hasPrefix("127.0.0.1:"))
        #expect(try await client("Forwarded: for=192.0.2.1", networks: []).hasPrefix("127.0.0.1:"))
    }

    @Test func `a proxy that tells nothing is not the sender`() async throws {
        #expect(try await client() == "unknown")
    }

    @Test func `thousands of entries`() async throws {
        let many = [String](repeating: "10.0.0.1", count: 1000).joined(separator: ",")
        #expect(try await client("X-Forwarded-For: 192.0.2.1,\(many)") == "unknown")
        let commas = String(repeating: ",", count: 8000)
        #expect(try await client("X-Forwarded-For: \(commas)192.0.2.1") == "192.0.2.1")
        #expect(try await client("Forwarded: \(String(repeating: "\"\\", count: 4000)),for=192.0.2.1") == "192.0.2.1")
    }

    @Test func `sources for limits`() throws {
        func source(_ literal: String) throws -> ClientSource {
            let address = try #require(SocketAddress(literal: literal, port: 1))
            return try #require(ClientAddress.address(address).source)
        }
        #expect(try source("2001:db8:1:2::1") == source("2001:db8:1:2:ffff::9"))
        #expect(try source("2001:db8:1:2::1") != source("2001:db8:1:3::1"))
        #expect(try source("::ffff:203.0.113.9") == source("203.0.113.9"))
        #expect(ClientAddress.unknown.source == nil)
        #expect(ClientAddress.identifier("_a").source != ClientAddress.identifier("_b").source)
        #expect(ClientSource.new() != ClientSource.new())
    }

    @Test func `what cannot be read is logged once`() async throws {
        let lines = LogLines()
        let proxies = TrustedProxies(
            [try #require(IPNetwork("127.0.0.1"))], logger: Logger(label: "test") { _ in lines })
        try await TestServer.run(
            proxies: proxies,
            { try $0.on(.get, "/") { .text(.ok, "\($0.clientAddress)") } },
            { server in
                for value in ["unknown", "nonsense", "192.0.2.1"] {
                    let answer = try await server.ask("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(value)\r\n\r\n")
                    #expect(answer.body == (value == "192.0.2.1" ? value : "unknown"))
                }
            })
        #expect(lines.all.count == 1)
        #expect(lines.all.first?.contains("unknown") == true)
    }
}

/// Keeps what is logged.
final class LogLines: LogHandler, @unchecked Sendable {
    // Safe to share: the lines are behind a lock, and nobody sets the rest after the start.
    private let lines = Locked<[String]>([])
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    var all: [String] { lines.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
    }
}
