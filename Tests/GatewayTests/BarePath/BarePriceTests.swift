import Cryptography
import EventLoop
import Testing
import WebhookServices

@testable import Gateway

/// What a failure costs its source is seen by it, in how soon it is refused: it tells nothing of tokens.
@Suite struct BarePriceTests {
    private struct Headers: WebhookHeaders {
        let fields = [
            "content-type": "application/json", "x-hub-signature-256": "sha256=" + String(repeating: "0", count: 64),
        ]

        func count(of name: String) -> Int { fields[name] == nil ? 0 : 1 }

        func first(_ name: String) -> ArraySlice<UInt8>? { fields[name].map { Array($0.utf8)[...] } }
    }

    /// The least of several, as other work on this machine only adds to it.
    private static func price(
        of repository: String, _ handler: BarePathHandler, _ service: any WebhookService
    ) async throws -> Duration {
        let padding = String(repeating: "x", count: 256 << 10)
        let body = Array(#"{"repository":{"full_name":"\#(repository)"},"x":"\#(padding)"}"#.utf8)
        let request = WebhookRequest(headers: Headers(), body: body[...], receivedAt: 0)
        let loop = try #require(EventLoop.current)
        var prices: [Duration] = []
        for _ in 0..<10 {
            var trial = BareTrial(
                service: service, loop: loop, deadline: RequestDeadline(.now + .seconds(60)), bodySize: body.count)
            guard case .failed = await trial.run(request, handler) else {
                Issue.record("\(repository) did not fail")
                continue
            }
            prices.append(trial.price(candidates: handler.settings.candidates))
        }
        return try #require(prices.min())
    }

    @Test func itDoesNotTellHowManyTokensThereAre() async throws {
        try await TestGateway.run { gateway in
            for number in 0..<8 {
                _ = try await gateway.makeToken(scope: "fedora/eight", secret: "\(number)" + TestGateway.secret)
            }
            _ = try await gateway.makeToken(scope: "fedora/one")
            let handler = try BarePathHandler(Configuration(), gateway.tokens.workspace, gateway.ingest)
            let service = try #require(ServiceRegistry.service(named: "github"))
            let none = try await Self.price(of: "fedora/none", handler, service)
            // All that could be tried, and not only what was: at least what eight signatures take.
            let body = [UInt8](repeating: 0, count: 256 << 10)
            let key = try HMACSHA256Key(Array(TestGateway.secret.utf8))
            let mark = ThreadTime.now
            for _ in 0..<8 { _ = key.authenticationCode(for: body[...]) }
            #expect(none > (ThreadTime.now - mark) / 2)
            for repository in ["fedora/one", "fedora/eight"] {
                let ratio = try await Self.price(of: repository, handler, service) / none
                #expect(ratio > 0.6 && ratio < 1.6, "\(repository)")
            }
        }
    }
}
