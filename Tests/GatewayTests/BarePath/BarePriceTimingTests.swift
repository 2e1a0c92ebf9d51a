import Cryptography
import EventLoop
import Testing
import WebhookServices

@testable import Gateway

/// What a failure costs its source is seen by it, in how soon it is refused: it tells nothing of tokens.
@Suite struct BarePriceTimingTests {
    private struct Headers: WebhookHeaders {
        let fields = [
            "content-type": "application/json", "x-hub-signature-256": "sha256=" + String(repeating: "0", count: 64),
        ]

        func count(of name: String) -> Int { fields[name] == nil ? 0 : 1 }

        func first(_ name: String) -> ArraySlice<UInt8>? { fields[name].map { Array($0.utf8)[...] } }
    }

    private static func price(
        of repository: String, _ handler: BarePathHandler, _ service: any WebhookService
    ) async throws -> Duration {
        let padding = String(repeating: "x", count: 256 << 10)
        let body = Array(#"{"repository":{"full_name":"\#(repository)"},"x":"\#(padding)"}"#.utf8)
        let request = WebhookRequest(headers: Headers(), body: body[...], receivedAt: 0)
        var trial = BareTrial(
            service: service, loop: try #require(EventLoop.current),
            deadline: RequestDeadline(.now + .seconds(60)), bodySize: body.count)
        guard case .failed = await trial.run(request, handler) else {
            Issue.record("\(repository) did not fail")
            return .zero
        }
        return trial.price(candidates: handler.settings.candidates)
    }

    /// What eight signatures take by themselves.
    private static func timeOfSignatures() throws -> Duration {
        let body = [UInt8](repeating: 0, count: 256 << 10)
        let key = try HMACSHA256Key(Array(TestGateway.secret.utf8))
        let mark = ThreadTime.now
        for _ in 0..<8 { _ = key.authenticationCode(for: body[...]) }
        return ThreadTime.now - mark
    }

    @Test func itDoesNotTellHowManyTokensThereAre() async throws {
        try await TestGateway.run { gateway in
            for number in 0..<8 {
                _ = try await gateway.makeToken(scope: "fedora/eight", secret: "\(number)" + TestGateway.secret)
            }
            _ = try await gateway.makeToken(scope: "fedora/one")
            let handler = try BarePathHandler(Configuration(), gateway.tokens.workspace, gateway.ingest)
            let service = try #require(ServiceRegistry.service(named: "github"))
            // The least of several, and in turn: other work on this machine only adds to it, and to all alike.
            var least: [String: Duration] = [:]
            var signatures = Duration.seconds(1)
            for _ in 0..<20 {
                for repository in ["fedora/none", "fedora/one", "fedora/eight"] {
                    let price = try await Self.price(of: repository, handler, service)
                    least[repository] = min(least[repository] ?? price, price)
                }
                signatures = min(signatures, try Self.timeOfSignatures())
            }
            let none = try #require(least["fedora/none"])
            // All that could be tried, and not only what was.
            #expect(none > signatures / 2)
            for repository in ["fedora/one", "fedora/eight"] {
                let ratio = try #require(least[repository]) / none
                #expect(ratio > 0.6 && ratio < 1.6, "\(repository)")
            }
        }
    }
}
