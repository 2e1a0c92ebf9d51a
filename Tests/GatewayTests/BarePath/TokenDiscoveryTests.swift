import Cryptography
import Database
import EventLoop
import Glibc
import HTTPServer
import Logging
import Testing
import WebhookServices

@testable import Gateway

/// Trying a webhook with tokens, which are read when the test says so.
@Suite struct TokenDiscoveryTests {
    private struct Headers: WebhookHeaders {
        let fields: [String: String]

        func count(of name: String) -> Int { fields[name] == nil ? 0 : 1 }

        func first(_ name: String) -> ArraySlice<UInt8>? { fields[name].map { Array($0.utf8)[...] } }
    }

    private let loader = ScriptedLoader()

    private func handler(_ gateway: TestGateway) throws -> BarePathHandler {
        let real = try BarePathHandler(Configuration(), gateway.tokens.storage, gateway.ingest)
        let cache = TokenCache(
            loader: loader, authority: TokenIDAuthority(gateway.tokens.keys), loop: gateway.ingest.loops.first)
        return BarePathHandler(
            services: real.services,
            tokens: TokenLookup(
                cache: cache, retryAfter: 5, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            pipeline: real.pipeline, limiter: real.limiter, index: real.index, keys: real.keys, decoys: real.decoys,
            settings: real.settings)
    }

    private static func discovery() throws -> TokenDiscovery {
        TokenDiscovery(
            service: try #require(ServiceRegistry.service(named: "github")), loop: try #require(EventLoop.current),
            deadline: RequestDeadline(.now + .seconds(60)))
    }

    private static func push(_ body: String, secret: String) throws -> WebhookRequest {
        let headers = Headers(fields: [
            "content-type": "application/json", "x-github-event": "push", "x-github-delivery": "1",
            "x-github-hook-installation-target-id": "1", "x-github-hook-installation-target-type": "repository",
            "x-hub-signature-256": "sha256=" + (try TestGateway.signature(body, secret: secret)),
        ])
        return WebhookRequest(headers: headers, body: Array(body.utf8)[...], receivedAt: 0)
    }

    @Test func `who is known need not wait for others`() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.makeToken(
                scope: "fedora", secret: "other" + TestGateway.secret, at: UnixTime(milliseconds: 1))
            let token = try await gateway.makeToken(scope: "fedora")
            let record = try await gateway.tokens.loader().record(for: token.id)
            let handler = try handler(gateway)
            async let known = handler.tokens.cache.load(token.id)
            await loader.waitForReads(1)
            loader.finish(.success(record))
            _ = try await known
            // The database hangs now: no read of the other one would end.
            var discovery = try Self.discovery()
            let outcome = await discovery.run(
                try Self.push(TestGateway.body, secret: TestGateway.secret), handler)
            guard case .verified(_, token.id, _) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(loader.started == [token.id])
        }
    }

    /// Headers that note the threads that look at them, which are those that verify and read the body, and how often the
    /// signature is looked at.
    private struct WatchedHeaders: WebhookHeaders {
        let headers: any WebhookHeaders
        let threads = Locked<Set<pthread_t>>([])
        let looks = Locked(0)

        func count(of name: String) -> Int { headers.count(of: name) }

        func first(_ name: String) -> ArraySlice<UInt8>? {
            threads.withLock { _ = $0.insert(pthread_self()) }
            if name == "x-hub-signature-256" { looks.withLock { $0 += 1 } }
            return headers.first(name)
        }
    }

    /// Nobody has proved anything yet, and a loop has others to serve: large bodies are read and verified elsewhere, with a
    /// token to try, with none, and with the right one.
    @Test(arguments: ["fedora/w2f", "nobody/w2f"], [LargeBodies.threshold, 1000])
    func `large bodies are not read on the loop`(_ repository: String, _ size: Int) async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(scope: "fedora")
            let handler = try BarePathHandler(Configuration(), gateway.tokens.storage, gateway.ingest)
            let padding = String(repeating: "x", count: size)
            let body = #"{"repository":{"full_name":"\#(repository)","private":false},"x":"\#(padding)"}"#
            for secret in ["wrong" + TestGateway.secret, TestGateway.secret] {
                let push = try Self.push(body, secret: secret)
                let watched = WatchedHeaders(headers: push.headers)
                let request = WebhookRequest(headers: watched, body: push.body, receivedAt: 0)
                var discovery = try Self.discovery()
                let here = pthread_self()
                let outcome = await discovery.run(request, handler)
                let threads = watched.threads.withLock { $0 }
                #expect(!threads.isEmpty && threads.contains(here) == (size < LargeBodies.threshold))
                if repository.hasPrefix("fedora"), secret == TestGateway.secret {
                    guard case .verified(_, token.id, _) = outcome else {
                        Issue.record("\(outcome)")
                        continue
                    }
                } else if case .failed = outcome {
                } else {
                    Issue.record("\(outcome)")
                }
            }
        }
    }

    /// The number of times that a webhook that fails is verified: once to see that it has a proof, and for each secret.
    private func verifications(_ repository: String, _ handler: BarePathHandler) async throws -> Int {
        let push = try Self.push(
            #"{"repository":{"full_name":"\#(repository)","private":false}}"#, secret: "wrong" + TestGateway.secret)
        let watched = WatchedHeaders(headers: push.headers)
        var discovery = try Self.discovery()
        let outcome = await discovery.run(
            WebhookRequest(headers: watched, body: push.body, receivedAt: 0), handler)
        guard case .failed = outcome else {
            Issue.record("\(repository): \(outcome)")
            return 0
        }
        return watched.looks.withLock { $0 }
    }

    /// Those who wait for the loop, for a slot or for the turn of a large body would see it by how long that takes.
    @Test func `the work does not tell how many tokens there are`() async throws {
        try await TestGateway.run { gateway in
            for number in 0..<8 {
                _ = try await gateway.makeToken(scope: "fedora/eight", secret: "\(number)" + TestGateway.secret)
            }
            _ = try await gateway.makeToken(scope: "fedora/one")
            let handler = try BarePathHandler(Configuration(), gateway.tokens.storage, gateway.ingest)
            let once = try await verifications("fedora/none", handler)
            #expect(once > handler.settings.admission.candidates)
            for repository in ["fedora/one", "fedora/eight", "fedora/none"] {
                #expect(try await verifications(repository, handler) == once, "\(repository)")
            }
        }
    }

    /// Nor does a token without a secret that its service can use.
    @Test func `a token without secrets takes the same work`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(scope: "fedora")
            let handler = try handler(gateway)
            async let known = handler.tokens.cache.load(token.id)
            await loader.waitForReads(1)
            loader.finish(.success(TestRecord.make(token.id)))
            _ = try await known
            let once = try await verifications("nobody/w2f", handler)
            // It is looked at once more for the token, without a secret to verify it with.
            #expect(try await verifications("fedora/w2f", handler) == once + 1)
        }
    }
}
