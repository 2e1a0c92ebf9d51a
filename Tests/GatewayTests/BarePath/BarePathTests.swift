import Database
import Testing

@testable import Gateway

/// `POST /<service>`, over a real connection.
@Suite struct BarePathTests {
    private static func isTheFailure(_ answer: (status: Int, text: String)) -> Bool {
        answer.status == 401 && answer.text.contains("\"unverified\"")
    }

    @Test func `the token is found by its scope`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(scope: "Fedora/W2F")
            let answer = try await gateway.push(to: "/github")
            #expect(answer.status == 202)
            // The same delivery at the token's own address is the same message.
            #expect(try await gateway.push(to: "/github/\(token.id)").text.hasSuffix(answer.text.suffix(100)))
            #expect(gateway.publisher.messages.count == 1)
        }
    }

    /// A body that is larger than any message may be is refused by its length: it is not read, let alone parsed.
    @Test func `more than may be published is not read`() async throws {
        try await TestGateway.run(change: {
            $0.barePath.maxBodySize = 25 << 20
            $0.ingest.maxMessageSize = 2000
        }) { gateway in
            _ = try await gateway.makeToken(scope: "fedora/w2f")
            let body = #"{"x":"\#(String(repeating: "x", count: 3000))"}"#
            let answer = try await gateway.push(to: "/github", body: body, secret: "wrong" + TestGateway.secret)
            #expect(answer.status == 413)
        }
    }

    @Test func `what is no tokens is refused alike`() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.makeToken(scope: "fedora/w2f")
            let unscoped = String(TestGateway.secret.reversed())
            _ = try await gateway.makeToken(secret: unscoped)
            var answers = [
                try await gateway.push(to: "/github", secret: "wrong" + TestGateway.secret),
                try await gateway.push(to: "/github", secret: unscoped),
                try await gateway.push(
                    to: "/github", body: #"{"repository":{"full_name":"fedora/other","private":false}}"#),
                try await gateway.push(to: "/github", body: "{}"),
                try await gateway.push(to: "/github", body: "no JSON"),
            ]
            answers.append(
                try await gateway.send("POST", "/github", ["Content-Type": "application/json"], TestGateway.body))
            for answer in answers { #expect(Self.isTheFailure(answer), "\(answer.text)") }
            #expect(Set(answers.map { $0.text.components(after: "\r\n\r\n") }).count == 1)
            #expect(gateway.publisher.messages.isEmpty)
        }
    }

    /// Where the payload names no repository, there is nothing to find a token by.
    @Test func `services that name no repository`() async throws {
        try await TestGateway.run(change: { $0.barePath.admission.failuresPerMinute = 1 }) { gateway in
            // Nothing is spent at the gate, either.
            for _ in 0..<3 {
                let answer = try await gateway.push(to: "/discourse")
                #expect(answer.status == 405)
                #expect(answer.text.contains("needs_token_address"))
                #expect(answer.text.contains("Allow: GET, HEAD, OPTIONS\r\n"))
            }
        }
    }

    @Test func `a disabled token is none`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(scope: "fedora")
            _ = try await gateway.tokens.store.setState(token.id, to: .disabled)
            #expect(Self.isTheFailure(try await gateway.push(to: "/github")))
        }
    }

    @Test func `several tokens of one repository`() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.makeToken(scope: "fedora", secret: "other" + TestGateway.secret)
            _ = try await gateway.makeToken(scope: "fedora/w2f")
            #expect(try await gateway.push(to: "/github", delivery: "1").status == 202)
            #expect(
                try await gateway.push(to: "/github", delivery: "2", secret: "other" + TestGateway.secret).status == 202
            )
        }
    }

    @Test func `nobody crowds others out`() async throws {
        try await TestGateway.run { gateway in
            for number in 0..<150 {
                _ = try await gateway.makeToken(
                    scope: "fedora/w2f", creator: "mallory", secret: "\(number)" + TestGateway.secret,
                    at: UnixTime(milliseconds: Int64(number)))
            }
            _ = try await gateway.makeToken(scope: "fedora/w2f", creator: "zoe")
            #expect(try await gateway.push(to: "/github").status == 202)
            #expect(Self.isTheFailure(try await gateway.push(to: "/github", secret: "5" + TestGateway.secret)))
        }
    }

    /// Not at once; but it has its turn, for nothing was accepted of any of them.
    @Test func `the ninth is not tried`() async throws {
        try await TestGateway.run { gateway in
            for number in 0..<8 {
                _ = try await gateway.makeToken(
                    scope: "fedora", creator: "user\(number)", secret: "\(number)" + TestGateway.secret,
                    at: UnixTime(milliseconds: Int64(number)))
            }
            _ = try await gateway.makeToken(scope: "fedora", creator: "zoe")
            #expect(Self.isTheFailure(try await gateway.push(to: "/github")))
            #expect(try await gateway.push(to: "/github").status == 202)
            #expect(try await gateway.push(to: "/github", secret: "4" + TestGateway.secret).status == 202)
        }
    }

    @Test func `the token is found by the secret that is sent`() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.makeToken(service: "gitlab")
            let scoped = "scoped" + TestGateway.secret
            _ = try await gateway.makeToken(service: "gitlab", scope: "group/other", secret: scoped)
            let body = #"{"project":{"path_with_namespace":"group/project","visibility_level":20}}"#
            func push(_ secret: String, _ body: String = body) async throws -> (status: Int, text: String) {
                try await gateway.send(
                    "POST", "/gitlab",
                    [
                        "Content-Type": "application/json", "X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": secret,
                        "X-Gitlab-Webhook-UUID": "1", "X-Gitlab-Event-UUID": "2",
                    ], body)
            }
            #expect(try await push(TestGateway.secret).status == 202)
            #expect(Self.isTheFailure(try await push("x" + TestGateway.secret)))
            #expect(Self.isTheFailure(try await push(scoped)))
            #expect(try await push(scoped, body.replacing("group/project", with: "group/other")).status == 202)
        }
    }

    @Test func `what an authentic one lacks is said`() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.makeToken(scope: "fedora")
            let answer = try await gateway.push(to: "/github", delivery: "")
            #expect(answer.status == 400)
        }
    }

    @Test func `too large`() async throws {
        try await TestGateway.run(change: { $0.barePath.maxBodySize = 1024 }) { gateway in
            let token = try await gateway.makeToken(scope: "fedora")
            let body = TestGateway.body.dropLast() + #","x":"\#(String(repeating: "x", count: 1024))"}"#
            #expect(try await gateway.push(to: "/github", body: String(body)).status == 413)
            #expect(try await gateway.push(to: "/github/\(token.id)", body: String(body)).status == 202)
        }
    }

    @Test func `switched off`() async throws {
        try await TestGateway.run(change: { $0.barePath.isEnabled = false }) { gateway in
            let token = try await gateway.makeToken(scope: "fedora")
            let answer = try await gateway.push(to: "/github")
            #expect(answer.status == 405)
            #expect(answer.text.contains("Allow: GET, HEAD, OPTIONS\r\n"))
            #expect(try await gateway.push(to: "/nothing").status == 404)
            #expect(try await gateway.push(to: "/github/\(token.id)").status == 202)
        }
    }

    @Test func `who fails too often is not read any more`() async throws {
        try await TestGateway.run(change: {
            $0.barePath.admission.failuresPerMinute = 2
            $0.barePath.failureTime = .milliseconds(1)
        }) { gateway in
            _ = try await gateway.makeToken(scope: "fedora")
            for number in 0..<2 {
                let answer = try await gateway.push(to: "/github", delivery: "\(number)", secret: "wrong")
                #expect(Self.isTheFailure(answer))
            }
            // Even a good one: its source cannot be told from the one that failed.
            #expect(Self.isTheFailure(try await gateway.push(to: "/github")))
            #expect(gateway.publisher.messages.isEmpty)
        }
    }

    /// Others have spent what failures may take, and its source has not failed: it is told no more than any other.
    @Test func `where there is no room the answer is the same`() async throws {
        try await TestGateway.run(change: {
            $0.barePath.admission.failureBudget = 1
            $0.barePath.failureTime = .milliseconds(1)
        }) { gateway in
            _ = try await gateway.makeToken(scope: "fedora")
            // Another source, for each service has its own.
            let failure = try await gateway.send("POST", "/gitlab", ["Content-Type": "application/json"], "{}")
            let crowded = try await gateway.push(to: "/github")
            for answer in [failure, crowded] { #expect(Self.isTheFailure(answer)) }
            #expect(crowded.text.components(after: "\r\n\r\n") == failure.text.components(after: "\r\n\r\n"))
            #expect(gateway.publisher.messages.isEmpty)
        }
    }

    /// A part of what failures may take is kept for those that good webhooks came from.
    @Test func `where there is no room for others a proven source is taken`() async throws {
        try await TestGateway.run(change: {
            $0.barePath.admission.failureBudget = 1
            $0.barePath.failureTime = .milliseconds(1)
        }) { gateway in
            _ = try await gateway.makeToken(scope: "fedora")
            #expect(try await gateway.push(to: "/github", delivery: "1").status == 202)
            for service in ["gitlab", "forgejo"] {
                let failure = try await gateway.send(
                    "POST", "/\(service)", ["Content-Type": "application/json"], "{}")
                #expect(Self.isTheFailure(failure))
            }
            #expect(try await gateway.push(to: "/github", delivery: "2").status == 202)
        }
    }

    @Test func `a slow body does not keep its place`() async throws {
        try await TestGateway.run(change: {
            $0.barePath.admission.slots = 1
            $0.barePath.bodyTimeout = .milliseconds(50)
        }) { gateway in
            _ = try await gateway.makeToken(scope: "fedora")
            let slow = try await gateway.ask(
                Array("POST /github HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 9\r\n\r\n{".utf8))
            #expect(slow.status == 408)
            #expect(try await gateway.push(to: "/github").status == 202)
        }
    }

    /// Whatever becomes of it after the gate counts, but for a good one.
    @Test(arguments: ["broken off", "in chunks", "announced"]) func `what cannot be read counts`(how: String)
        async throws
    {
        try await TestGateway.run(change: {
            $0.barePath.admission.failuresPerMinute = 1
            $0.barePath.failureTime = .milliseconds(1)
            $0.barePath.maxBodySize = 1024
            $0.barePath.bodyTimeout = .milliseconds(50)
        }) { gateway in
            _ = try await gateway.makeToken(scope: "fedora")
            let start = "POST /github HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
            let large = String(repeating: "x", count: 2048)
            let request =
                switch how {
                case "broken off": "Content-Length: 9\r\n\r\n{"
                case "in chunks": "Transfer-Encoding: chunked\r\n\r\n800\r\n\(large)\r\n0\r\n\r\n"
                default: "Content-Length: 2048\r\n\r\n\(large)"
                }
            #expect([408, 413].contains(try await gateway.ask(Array((start + request).utf8)).status))
            #expect(Self.isTheFailure(try await gateway.push(to: "/github")))
        }
    }

    @Test func `with the database away nothing is known`() async throws {
        try await TestGateway.run(change: { $0.barePath.admission.failuresPerMinute = 1 }) { gateway in
            _ = try await gateway.makeToken(scope: "fedora")
            await gateway.tokens.database.close()
            let start = ContinuousClock.now
            let answer = try await gateway.push(to: "/github")
            #expect(answer.status == 503)
            #expect(answer.text.contains("Retry-After:"))
            // It takes the time of a failure, and counts as one.
            #expect(start.duration(to: .now) >= .milliseconds(100))
            #expect(Self.isTheFailure(try await gateway.push(to: "/github")))
        }
    }
}

extension String {
    fileprivate func components(after separator: String) -> String {
        split(separator: separator, maxSplits: 1).last.map(String.init) ?? ""
    }
}
