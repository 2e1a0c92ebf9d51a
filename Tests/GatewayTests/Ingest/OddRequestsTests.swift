import Testing

@testable import Gateway

/// Requests that are right and look odd: doubled, empty and compressed, at addresses as people write them.
@Suite struct OddRequestsTests {
    /// A signed push with other fields, put before the empty line.
    private func push(
        _ gateway: TestGateway, to path: String, _ fields: [String], contentType: Bool = true
    ) async throws -> (status: Int, text: String) {
        let body = TestGateway.body
        let head = [
            "POST \(path) HTTP/1.1", "Host: localhost", "Content-Length: \(body.utf8.count)", "Connection: close",
            "X-GitHub-Event: push", "X-GitHub-Delivery: \(fields.joined().utf8.count)",
            "X-GitHub-Hook-Installation-Target-ID: 1", "X-GitHub-Hook-Installation-Target-Type: repository",
            "X-Hub-Signature-256: sha256=\(try TestGateway.signature(body))",
        ]
        let lines = head + (contentType ? ["Content-Type: application/json"] : []) + fields
        return try await gateway.ask(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
    }

    @Test(arguments: [
        ["Expect:"], ["Expect: "], ["Expect: ,"], ["Content-Type: application/json"], ["Content-Encoding:"],
        ["Content-Encoding: identity"], ["X-GitHub-Event: push"], ["X-GitHub-Hook-Installation-Target-ID: 1"],
        ["Accept-Encoding:"], ["Connection:"], ["X-Request-Id:", "X-Request-Id:"], ["X-Forwarded-For:"], ["Forwarded:"],
        ["User-Agent:", "User-Agent: x"], ["Accept:"],
    ])
    func `what is doubled or empty is taken`(_ fields: [String]) async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken()
            let answer = try await push(gateway, to: "/github/\(token.id)", fields)
            #expect(answer.status == 202, "\(fields): \(answer.text)")
        }
    }

    @Test(arguments: [
        (["Content-Encoding: gzip"], "Content-Encoding"), (["Content-Encoding: GZIP"], "compressed"),
        (["Content-Encoding: identity, br"], "compressed"),
        (["Content-Encoding:", "Content-Encoding: zstd"], "compressed"),
    ])
    func `a compressed body is told so`(_ fields: [String], _ words: String) async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(scope: "fedora/w2f")
            for path in ["/github/\(token.id)", "/github"] {
                let answer = try await push(gateway, to: path, fields)
                #expect(answer.status == 415 && answer.text.contains("encoded_body") && answer.text.contains(words))
            }
        }
    }

    @Test func `what contradicts itself is refused`() async throws {
        try await TestGateway.run { gateway in
            let path = "/github/\(try await gateway.makeToken().id)"
            #expect(try await push(gateway, to: path, ["Content-Type: text/plain"]).status == 415)
            #expect(try await push(gateway, to: path, ["X-GitHub-Event: issues"]).status == 400)
            #expect(try await push(gateway, to: path, ["Expect: magic"]).status == 417)
        }
    }

    /// A copied address often has a slash behind it.
    @Test func `a slash behind the address`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(scope: "fedora/w2f")
            #expect(try await gateway.push(to: "/github/\(token.id)/").status == 202)
            #expect(try await gateway.push(to: "/github/", delivery: "2").status == 202)
            #expect(try await gateway.push(to: "/github//\(token.id)", delivery: "3").status == 404)
            #expect(try await gateway.send("GET", "/github/\(token.id)/").status == 200)
        }
    }

    /// A proxy's rule for a path holds for whatever is taken for that path.
    @Test func `paths are matched as they came`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(scope: "fedora/w2f")
            for path in [
                "/%67ithub/\(token.id)",
                "/github/%\(String(token.id.description.utf8.first ?? 0, radix: 16))"
                    + token.id.description.dropFirst(), "/%67ithub",
            ] {
                #expect(try await gateway.push(to: path).status == 404, "\(path)")
            }
            #expect(try await gateway.send("GET", "/%68ealthz").status == 404)
            #expect(try await gateway.send("GET", "/%72eadyz").status == 404)
        }
    }

    @Test func `addresses as people type them`() async throws {
        try await TestGateway.run { gateway in
            for (typed, meant) in [
                ("/HealthZ", "/healthz"), ("/healthz/", "/healthz"), ("//schemas", "/schemas"), ("/GitHub", "/github"),
                ("/GitHub/x?a=B", "/github/x?a=B"), ("/Schemas//?q=1", "/schemas?q=1"),
            ] {
                let answer = try await gateway.send("GET", typed)
                #expect(
                    answer.status == 302 && answer.text.contains("Location: \(meant)\r\n"), "\(typed): \(answer.text)")
            }
            #expect(try await gateway.send("GET", "//evil.example.org/").status == 404)
            #expect(try await gateway.send("GET", "/nothing/").status == 404)
        }
    }
}
