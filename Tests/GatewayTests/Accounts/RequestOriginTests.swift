import EventLoop
import HTTPServer
import Testing

@testable import Gateway

@Suite struct RequestOriginTests {
    private let origins = ["https://hooks.example.org"]

    @Test(arguments: [
        [], ["Origin: https://hooks.example.org"], ["Origin: null", "Sec-Fetch-Site: same-origin"],
        ["Sec-Fetch-Site: same-origin"], ["Origin: null"],
    ])
    func `ours`(fields: [String]) throws {
        #expect(RequestOrigin.isOurs(try head(fields), origins: origins))
    }

    @Test(arguments: [
        ["Origin: https://evil.example.org"], ["Origin: https://hooks.example.org.evil.example.org"],
        ["Origin: http://hooks.example.org"], ["Sec-Fetch-Site: cross-site"], ["Sec-Fetch-Site: same-site"],
        ["Sec-Fetch-Site: none"], ["Origin: null", "Sec-Fetch-Site: cross-site"],
        ["Origin: https://hooks.example.org", "Origin: https://evil.example.org"],
        ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"],
    ])
    func `others`(fields: [String]) throws {
        #expect(!RequestOrigin.isOurs(try head(fields), origins: origins))
    }

    /// On this machine the browser's name for it counts as well, but only where that is a page's origin.
    @Test(arguments: [
        ("https://localhost", "https://localhost", 303), ("https://localhost", "http://127.0.0.1", 403),
        ("https://localhost:8443", "http://127.0.0.1", 403), ("https://localhost", "https://127.0.0.1", 403),
        ("http://localhost:8080", "http://localhost:8080", 303), ("http://localhost:8080", "http://127.0.0.1", 303),
        ("http://localhost:8080", "https://127.0.0.1", 403), ("http://localhost:8080", "http://localhost", 403),
    ])
    func `of this machine`(publicURL: String, origin: String, status: Int) async throws {
        try await PageServer.run(publicURL: publicURL) { server in
            // Sent to 127.0.0.1, as Host says.
            let answer = try await server.browser().post(
                "/login/development", ["account": "zoe", "groups": ""], csrf: .some(nil), ["Origin": origin])
            #expect(answer.status == status)
        }
    }

    /// Where the public URL is another machine's, Host decides nothing.
    @Test(arguments: [
        ("https://hooks.example.org", true), ("http://127.0.0.1", false), ("https://127.0.0.1", false),
        ("http://hooks.example.org", false),
    ])
    func `of another machine`(origin: String, isOurs: Bool) async throws {
        try await PageServer.run(publicURL: "https://hooks.example.org", developmentLogin: false) { server in
            // A session that is over: what goes with it is only taken from a browser on our page.
            let answer = try await server.browser().post(
                "/logout", [:], csrf: .some(nil), ["Origin": origin, "Cookie": "__Host-w2f=over"])
            #expect(answer.status == 303)
            #expect((answer.field("clear-site-data") != nil) == isOurs)
        }
    }

    private func head(_ fields: [String]) throws -> RequestHead {
        switch fields.count {
        case 0: try TestHead.get()
        case 1: try TestHead.get(fields[0])
        default: try TestHead.get(fields[0], fields[1])
        }
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST:8080", true), ("127.0.0.1", true), ("127.1.2.3:80", true),
        ("[::1]:8080", true), ("localhost.:8080", true),
        ("localhost.evil.example.org", false), ("127.0.0.1.evil.example.org", false), ("0.0.0.0", false),
        ("example.org", false), ("127.0.0", false), ("[::2]", false), ("", false),
    ])
    func `who is this machine`(authority: String, isLoopback: Bool) {
        #expect(LoopbackHost.isLoopback(authority: authority.utf8) == isLoopback)
        #expect(LoopbackHost.isLoopback(url: "http://\(authority)/x") == isLoopback)
    }

    @Test func `a URLs user is no host`() {
        #expect(!LoopbackHost.isLoopback(url: "http://localhost@evil.example.org/"))
    }

    // MARK: The development login

    private func trusted(_ fields: String..., from address: String = "127.0.0.1") throws -> Bool {
        let head = try TestHead.get(fields[0], fields.count > 1 ? fields[1] : "X: y")
        let remote = try #require(SocketAddress(literal: address, port: 40_000))
        return DevelopmentLoginRules.isTrusted(head, from: remote)
    }

    @Test func `who may use the development login`() throws {
        #expect(try trusted("Host: localhost:8080"))
        #expect(try trusted("Host: 127.0.0.1"))
        #expect(try trusted("Host: [::1]:8080", from: "::1"))
        #expect(try !trusted("Host: hooks.example.org"), "a name that leads here (DNS rebinding)")
        #expect(try !trusted("Host: localhost", from: "192.0.2.1"))
        for field in ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "Via: 1.1 proxy", "X-Real-IP: ::1"] {
            #expect(try !trusted("Host: localhost", field))
        }
    }

    @Test func `where the development login may be`() throws {
        try DevelopmentLoginRules.check(Configuration())
        var configuration = Configuration()
        configuration.oidc.settings.issuer = "https://id.example.org/"
        #expect(throws: DevelopmentLoginError.provider) { try DevelopmentLoginRules.check(configuration) }
        configuration = Configuration()
        configuration.server.publicURL = "https://hooks.example.org"
        #expect(throws: DevelopmentLoginError.publicURL) { try DevelopmentLoginRules.check(configuration) }
        configuration = Configuration()
        configuration.server.listen.append(ListenAddress(host: "0.0.0.0", port: 8080))
        configuration.server.publicURL = "http://localhost:8080"
        #expect(throws: DevelopmentLoginError.listen("0.0.0.0:8080")) {
            try DevelopmentLoginRules.check(configuration)
        }
    }
}
