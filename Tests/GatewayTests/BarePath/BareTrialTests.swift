import Cryptography
import Database
import EventLoop
import Glibc
import HTTPServer
import Logging
import Testing
import WebhookServices

@testable import Gateway

/// Trying a webhook with tokens that are read when the test says so.
@Suite struct BareTrialTests {
    private struct Headers: WebhookHeaders {
        let fields: [String: String]

        func count(of name: String) -> Int { fields[name] == nil ? 0 : 1 }

        func first(_ name: String) -> ArraySlice<UInt8>? { fields[name].map { Array($0.utf8)[...] } }
    }

    private let loader = ScriptedLoader()

    private func handler(_ gateway: TestGateway) throws -> BarePathHandler {
        let real = try BarePathHandler(Configuration(), gateway.tokens.workspace, gateway.ingest)
        let cache = TokenCache(
            loader: loader, authority: TokenIDAuthority(gateway.tokens.keys), loop: gateway.ingest.loops.first)
        return BarePathHandler(
            services: real.services,
            tokens: TokenLookup(
                cache: cache, retryAfter: 5, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            pipeline: real.pipeline, gate: real.gate, index: real.index, keys: real.keys, decoys: real.decoys,
            settings: real.settings)
    }

    private static func trial(bodySize: Int) throws -> BareTrial {
        BareTrial(
            service: try #require(ServiceRegistry.service(named: "github")), loop: try #require(EventLoop.current),
            deadline: RequestDeadline(.now + .seconds(10)), bodySize: bodySize)
    }

    private static func push(_ body: String, secret: String) throws -> WebhookRequest {
        let headers = Headers(fields: [
            "content-type": "application/json", "x-github-event": "push", "x-github-delivery": "1",
            "x-github-hook-installation-target-id": "1", "x-github-hook-installation-target-type": "repository",
            "x-hub-signature-256": "sha256=" + (try TestGateway.signature(body, secret: secret)),
        ])
        return WebhookRequest(headers: headers, body: Array(body.utf8)[...], receivedAt: 0)
    }

    @Test func whoIsKnownNeedNotWaitForOthers() async throws {
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
            var trial = try Self.trial(bodySize: 0)
            let result = await trial.run(
                try Self.push(TestGateway.body, secret: TestGateway.secret), handler)
            guard case .verified(_, token.id, _) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(loader.started == [token.id])
        }
    }

    /// Headers that note which threads look at them: those that verify and read the body.
    private struct WatchedHeaders: WebhookHeaders {
        let headers: any WebhookHeaders
        let threads = Locked<Set<pthread_t>>([])

        func count(of name: String) -> Int { headers.count(of: name) }

        func first(_ name: String) -> ArraySlice<UInt8>? {
            threads.withLock { _ = $0.insert(pthread_self()) }
            return headers.first(name)
        }
    }

    /// Nobody has proved anything yet, and a loop has others to serve: large bodies are read and verified elsewhere, with a
    /// token to try, with none, and with the right one.
    @Test(arguments: ["fedora/w2f", "nobody/w2f"], [LargeBodies.threshold, 1000])
    func largeBodiesAreNotReadOnTheLoop(_ repository: String, _ size: Int) async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(scope: "fedora")
            let handler = try BarePathHandler(Configuration(), gateway.tokens.workspace, gateway.ingest)
            let padding = String(repeating: "x", count: size)
            let body = #"{"repository":{"full_name":"\#(repository)","private":false},"x":"\#(padding)"}"#
            for secret in ["wrong" + TestGateway.secret, TestGateway.secret] {
                let push = try Self.push(body, secret: secret)
                let watched = WatchedHeaders(headers: push.headers)
                let request = WebhookRequest(headers: watched, body: push.body, receivedAt: 0)
                var trial = try Self.trial(bodySize: push.body.count)
                let here = pthread_self()
                let result = await trial.run(request, handler)
                let threads = watched.threads.withLock { $0 }
                #expect(!threads.isEmpty && threads.contains(here) == (size < LargeBodies.threshold))
                #expect(trial.price(candidates: 1) > trial.price(candidates: 0), "what it cost is counted")
                if repository.hasPrefix("fedora"), secret == TestGateway.secret {
                    guard case .verified(_, token.id, _) = result else {
                        Issue.record("\(result)")
                        continue
                    }
                } else if case .failed = result {
                } else {
                    Issue.record("\(result)")
                }
            }
        }
    }

    /// What is measured in CPU time, for `Tests/run --timing`.
    @Suite struct TimingTests {
        private let tests = BareTrialTests()

        /// It is not to be told from others by what a failure costs.
        @Test func aTokenWithoutSecretsCostsWhatOthersDo() async throws {
            try await TestGateway.run { gateway in
                let token = try await gateway.makeToken(scope: "fedora")
                let handler = try tests.handler(gateway)
                async let known = handler.tokens.cache.load(token.id)
                await tests.loader.waitForReads(1)
                tests.loader.finish(.success(TestRecord.make(token.id)))
                _ = try await known
                let padding = String(repeating: "x", count: 256 << 10)
                let body = TestGateway.body.dropLast() + #","x":"\#(padding)"}"#
                let request = try BareTrialTests.push(String(body), secret: TestGateway.secret)
                var trial = try BareTrialTests.trial(bodySize: request.body.count)
                guard case .failed = await trial.run(request, handler) else {
                    Issue.record("it did not fail")
                    return
                }
                let key = try HMACSHA256Key(Array(TestGateway.secret.utf8))
                // The least of ten: what else the machine does makes one dearer, never cheaper.
                let prices = (0..<10).map { _ in
                    let mark = ThreadTime.now
                    for _ in 0..<8 { _ = key.authenticationCode(for: request.body) }
                    return ThreadTime.now - mark
                }
                let tries = trial.price(candidates: 8) - trial.price(candidates: 0)
                #expect(tries > (try #require(prices.min())) / 2)
            }
        }
    }
}
