import Testing
import WebhookServices

/// What people try with `curl` is taken as if the service had sent it.
@Suite struct ExampleProofTests {
    private static let random = (0..<32).map { UInt8($0) }
    private static let body = Array(#"{"test":true}"#.utf8)
    private static let second: Int64 = 1_795_000_000

    private static func headers(_ service: any WebhookService) -> [String: String] {
        (service.exampleHeaders(event: nil) ?? [:]).mapValues { $0 == "1767225600" ? "\(second)" : $0 }
    }

    private func result(
        _ service: any WebhookService, _ headers: [String: String], secret: String
    ) throws -> Verification {
        let list = headers.reduce(into: [:] as HeaderList) { $0 = $0.setting($1.key, $1.value) }
        let request = WebhookRequest(
            headers: list, body: Self.body[...], receivedAt: Self.second, isAtTokenAddress: true)
        return service.verify(request, secrets: [try service.prepare(secret: Array(secret.utf8))])
    }

    @Test(arguments: ServiceRegistry.builtIn.map(\.name))
    func `examples are authentic`(_ name: String) throws {
        let service = try #require(ServiceRegistry.service(named: name))
        let secret = service.secret(from: Self.random)
        let headers = Self.headers(service)
        let proof = try service.exampleProof(of: Self.body, headers: headers, secret: Array(secret.utf8))
        #expect(try result(service, headers.merging(proof) { $1 }, secret: secret).isVerified)
        guard service.proof != .pathOnly else { return }
        let other = service.secret(from: Self.random.reversed())
        #expect(try !result(service, headers.merging(proof) { $1 }, secret: other).isVerified)
        #expect(try !result(service, headers, secret: secret).isVerified)
    }
}
