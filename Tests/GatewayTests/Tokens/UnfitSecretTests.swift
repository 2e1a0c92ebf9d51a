import Database
import Testing
import WebhookServices

@testable import Gateway

/// Secrets in the database that their service cannot use any more.
@Suite struct UnfitSecretTests {
    /// A service whose secrets begin with something.
    private struct Picky: WebhookService {
        let start: String
        private let service = SettingsService()

        init(_ start: String) { self.start = start }

        var name: String { "example" }
        var title: String { "Example" }
        var schema: MessageSchema { service.schema }
        var setup: SetupGuide { service.setup }

        func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
            guard secret.starts(with: start.utf8) else { throw .malformed(expected: "a text with \(start)") }
            return try service.prepare(secret: secret)
        }

        func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification { .missing }

        func event(_ request: WebhookRequest, _ document: JSONDocument) throws(WebhookError) -> WebhookEvent {
            try service.event(request, document)
        }
    }

    private func secret(_ start: String) throws -> TokenSecret {
        try TokenSecret(ownText: Array((start + String(repeating: "x", count: 40)).utf8))
    }

    @Test func `it verifies nothing and is told once`() async throws {
        let test = try await TestStore()
        let log = RecordedLog()
        let loader = test.loader(logger: log.logger) { _ in Picky("new") }
        let made = try await test.store.create(
            TokenDraft(service: "example", name: "a", secret: secret("old"))
        ).token
        for _ in 0..<3 { #expect(try await loader.record(for: made.id)?.secrets().isEmpty == true) }
        #expect(log.lines.count == 1)
        let line = try #require(log.lines.first)
        #expect(line.hasPrefix("error: ") && line.contains("rotate") && line.contains("[services.example]"))
        #expect(line.contains(made.id.logged) && !line.contains("\(made.id)") && !line.contains("xxxx"))
        let other = try await test.store.create(
            TokenDraft(service: "example", name: "b", secret: secret("old"))
        ).token
        _ = try await loader.record(for: other.id)
        #expect(log.lines.count == 2)
    }

    @Test func `a bad previous secret takes nothing from the current one`() async throws {
        let test = try await TestStore()
        let log = RecordedLog()
        let loader = test.loader(logger: log.logger) { _ in Picky("new") }
        let id = try await test.store.create(
            TokenDraft(service: "example", name: "a", secret: secret("old"))
        ).token.id
        _ = try await test.store.rotate(id, to: secret("new"), grace: .seconds(600))
        for _ in 0..<2 { #expect(try await loader.record(for: id)?.secrets().count == 1) }
        // The other way round: the service is as it was before the rotation.
        let former = test.loader(logger: log.logger) { _ in Picky("old") }
        #expect(try await former.record(for: id)?.secrets().count == 1)
        #expect(log.lines.count == 2)
        // Nor does one that cannot be opened.
        try await test.database.query("UPDATE token SET previous_key_id = 'gone'")
        #expect(try await test.loader { _ in Picky("new") }.record(for: id)?.secrets().count == 1)
    }
}
