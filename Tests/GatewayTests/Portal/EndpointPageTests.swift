import Testing

@testable import Gateway

@Suite struct EndpointPageTests {
    private static let browser = ["Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]

    private static func body(_ answer: (status: Int, text: String)) -> Substring? {
        answer.text.split(separator: "\r\n\r\n", maxSplits: 1).last
    }

    @Test func `the same page for all addresses`() async throws {
        try await TestGateway.run { gateway in
            let known = try await gateway.makeToken().id
            var pages: Set<Substring?> = []
            for path in ["/github", "/github/\(known)", "/github/00000000000000000000000000", "/github/x?secret=1"] {
                let answer = try await gateway.send("GET", path, Self.browser)
                #expect(answer.status == 200)
                #expect(answer.text.contains("Content-Type: text/html; charset=utf-8\r\n"))
                #expect(answer.text.contains("Content-Security-Policy: default-src 'none'; style-src 'sha256-"))
                pages.insert(Self.body(answer))
            }
            #expect(pages.count == 1)
            let page = try #require(pages.first.flatMap { $0 })
            #expect(page.contains("<h1>GitHub webhooks</h1>"))
            #expect(!page.contains("<script") && !page.contains("style=\"") && !page.contains("src="))
            #expect(try await gateway.send("GET", "/nothing", Self.browser).status == 404)
        }
    }

    @Test func `it needs no database`() async throws {
        try await TestGateway.run { gateway in
            let id = try await gateway.makeToken().id
            await gateway.tokens.database.close()
            #expect(try await gateway.send("GET", "/github/\(id)", Self.browser).status == 200)
        }
    }

    @Test func `as the sender likes it`() async throws {
        try await TestGateway.run { gateway in
            let json = try await gateway.send("GET", "/github", ["Accept": "*/*"])
            #expect(json.text.contains("Content-Type: application/json\r\n"))
            #expect(json.text.contains(#"{"service": "github", "method": "POST", "home": "http://"#))
            let text = try await gateway.send("GET", "/github", ["Accept": "text/plain"])
            #expect(text.text.contains("Content-Type: text/plain; charset=utf-8\r\n"))
            let head = try await gateway.send("HEAD", "/github", Self.browser)
            #expect(head.status == 200 && head.text.hasSuffix("\r\n\r\n") && head.text.contains("Content-Length: "))
        }
    }

    @Test func `the address without an id is named where it is open`() async throws {
        try await TestGateway.run { gateway in
            let page = try await gateway.send("GET", "/github", Self.browser).text
            #expect(page.contains("also accepted at"))
            // Nothing can be found by what a forum sends.
            #expect(!(try await gateway.send("GET", "/discourse", Self.browser).text).contains("also accepted at"))
        }
        try await TestGateway.run(change: { $0.barePath.isEnabled = false }) { gateway in
            let page = try await gateway.send("GET", "/github", Self.browser).text
            #expect(!page.contains("also accepted at"))
        }
    }

    /// Forgejo can send its webhooks by GET, the payload in the query.
    @Test func `a webhook by get`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(service: "forgejo", scope: "fedora")
            let headers = [
                "X-Forgejo-Event": "push", "X-Forgejo-Delivery": "1",
                "X-Forgejo-Signature": try TestGateway.signature(TestGateway.body),
            ]
            let query =
                "?payload="
                + TestGateway.body.replacing("{", with: "%7B").replacing("}", with: "%7D")
                .replacing("\"", with: "%22")
            #expect(try await gateway.send("GET", "/forgejo/\(token.id)\(query)", headers).status == 202)
            #expect(try await gateway.send("GET", "/forgejo\(query)", headers).status == 202)
            #expect(try await gateway.send("HEAD", "/forgejo/\(token.id)\(query)", headers).status == 200)
            #expect(gateway.publisher.messages.count == 1)
            #expect(try await gateway.send("GET", "/forgejo/\(token.id)\(query)").status == 401)
            let unknown = "/forgejo/00000000000000000000000000"
            #expect(try await gateway.send("GET", "\(unknown)\(query)", headers).status == 404)
            #expect(try await gateway.send("GET", "/github/\(token.id)\(query)", headers).status == 200)
        }
    }
}
