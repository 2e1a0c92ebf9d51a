import Database
import Foundation
import Testing
import WebhookServices

@testable import Gateway

/// What the token commands do and print.
@Suite struct TokenCommandTests {
    private func withTokens(_ body: (TokenCommands, TestStore) async throws -> Void) async throws {
        try await TestDatabases.sqlite.withStore { test in
            let tokens = TokenCommands(
                store: test.store, services: ServiceRegistry(enabled: ["github", "gitlab", "forgejo"]))
            try await body(tokens, test)
        }
    }

    private func object(_ report: TokenReport) throws -> [String: Any] {
        let json = try TokenReport.json(report)
        #expect(!json.contains("\n"))
        return try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }

    @Test func `creating`() async throws {
        try await withTokens { tokens, test in
            let report = try await tokens.create(
                service: "github", name: "My \"repo\"", scope: "a/b", owners: ["zoe", "adam"], secret: nil)
            let fields = try object(report)
            let id = try #require(fields["id"] as? String)
            let secret = try #require(fields["secret"] as? String)
            #expect(fields["url"] as? String == "https://hooks.example.org/github/\(id)")
            #expect(secret.count == 64)
            #expect(fields["service"] as? String == "github")
            #expect(fields["name"] as? String == "My \"repo\"")
            #expect(fields["scope"] as? String == "a/b")
            #expect(fields["owners"] as? [String] == ["zoe", "adam"])
            #expect(fields["state"] as? String == "enabled")
            #expect(fields["rotated_at"] is NSNull)

            let text = report.creationText(isOwnSecret: false)
            #expect(text.contains("  ID:      \(id)\n"))
            #expect(text.contains("  URL:     https://hooks.example.org/github/\(id)\n"))
            #expect(text.contains("  Secret:  \(secret)\n"))
            #expect(text.contains("won't be shown again"))
            #expect(text.contains("Next: paste the URL and secret into the webhook settings at GitHub"))

            let stored = try #require(try await test.store.stored(report.token.id))
            let opened = try test.keys.open(stored.secret, for: StoredToken.place(ofSecretIn: stored.token.row))
            #expect(opened == Array(secret.utf8))
        }
    }

    @Test func `own secrets are not shown to people`() async throws {
        try await withTokens { tokens, _ in
            let own = String(repeating: "mine", count: 10)
            let report = try await tokens.create(
                service: "github", name: "x", scope: nil, owners: [], secret: Array("\(own)\n".utf8))
            #expect(!report.creationText(isOwnSecret: true).contains(own))
            #expect(try object(report)["secret"] as? String == own)
            let rotated = try await tokens.rotate(report.token.id, grace: .zero, secret: Array((own + "2").utf8))
            #expect(!rotated.rotationText(isOwnSecret: true).contains(own))
            #expect(try object(rotated)["secret"] as? String == own + "2")
        }
    }

    @Test func `what is refused`() async throws {
        try await withTokens { tokens, test in
            func refusal(
                service: String = "github", name: String = "x", scope: String? = nil, owner: String = "zoe",
                secret: String? = nil
            ) async -> TokenInputError? {
                do {
                    _ = try await tokens.create(
                        service: service, name: name, scope: scope, owners: [owner],
                        secret: secret.map { Array($0.utf8) })
                    return nil
                } catch {
                    return error as? TokenInputError
                }
            }
            let known = ["github", "gitlab", "forgejo"]
            #expect(await refusal(service: "gihub") == .unknownService("gihub", known: known, nearest: "github"))
            #expect(await refusal(service: "GitHub") == .unknownService("GitHub", known: known, nearest: "github"))
            // There is such a service, but it is not offered.
            #expect(await refusal(service: "discourse").map { "\($0)" }?.contains("\"discourse\"") == true)
            #expect(await refusal(name: "") == .name)
            #expect(await refusal(scope: "a//b") == .scope)
            #expect(await refusal(owner: "Zoe") == .owner("Zoe"))
            #expect(await refusal(secret: "short") == .secretTooShort(characters: 5))
            let made = try await test.store.list()
            #expect(made.isEmpty)
            #expect(
                "\(TokenInputError.unknownService("gihub", known: known, nearest: "github"))"
                    == "unknown service \"gihub\". Did you mean \"github\"? Available services: github, gitlab, forgejo"
            )
        }
    }

    @Test func `a secret that the service cannot use`() async throws {
        try await withTokens { tokens, _ in
            let bad = Array(("whsec_" + String(repeating: "!", count: 40)).utf8)
            await #expect(throws: TokenInputError.self) {
                _ = try await tokens.create(service: "gitlab", name: "x", scope: nil, owners: [], secret: bad)
            }
            let id = try await tokens.create(service: "gitlab", name: "x", scope: nil, owners: [], secret: nil).token.id
            await #expect(throws: TokenInputError.self) { _ = try await tokens.rotate(id, grace: .zero, secret: bad) }
        }
    }

    @Test func `rotating`() async throws {
        try await withTokens { tokens, _ in
            let made = try await tokens.create(service: "github", name: "x", scope: nil, owners: [], secret: nil)
            let rotated = try await tokens.rotate(made.token.id, grace: .seconds(3600), secret: nil)
            #expect(rotated.secret != made.secret)
            let text = rotated.rotationText(isOwnSecret: false)
            #expect(text.contains("The previous secret works until 2"))
            #expect(text.contains(try #require(rotated.secret).reveal()))
            #expect(try object(rotated)["previous_secret_expires_at"] is String)
            let bare = try await tokens.rotate(made.token.id, grace: .zero, secret: nil)
            #expect(bare.rotationText(isOwnSecret: false).contains("The previous secret no longer works."))
            #expect(try object(bare)["previous_secret_expires_at"] is NSNull)
        }
    }

    @Test func `grace periods`() throws {
        #expect(try TokenValidator.grace("0") == .zero)
        #expect(try TokenValidator.grace("0s") == .zero)
        #expect(try TokenValidator.grace("24h") == .seconds(86_400))
        #expect(try TokenValidator.grace("30d") == .seconds(30 * 86_400))
        for text in ["31d", "1", "-1h", "", "h", "soon", "99999999999999999999d"] {
            #expect(throws: TokenInputError.grace(limit: .seconds(30 * 86_400))) {
                try TokenValidator.grace(text)
            }
        }
    }

    @Test func `ids and URLs`() throws {
        let id = try #require(TokenID("0024h36h2ncsvrh6daqdzdg926"))
        for text in ["\(id)", "\(id)".uppercased(), "https://h.example/github/\(id)", "/github/\(id)/"] {
            #expect(try TokenValidator.id(text) == id)
        }
        for text in ["", "/", "xyz", "https://h.example/github"] {
            #expect(throws: TokenInputError.id(text)) { try TokenValidator.id(text) }
        }
    }

    @Test func `what is not there`() async throws {
        try await withTokens { tokens, test in
            let id = try test.store.authority.make()
            let expected = TokenServiceError.notFound
            await #expect(throws: expected) { _ = try await tokens.show(id) }
            await #expect(throws: expected) { _ = try await tokens.rotate(id, grace: .zero, secret: nil) }
            await #expect(throws: expected) { _ = try await tokens.setState(id, to: .disabled) }
            await #expect(throws: expected) { try await tokens.delete(id) }
        }
    }

    @Test func `listing and showing`() async throws {
        try await withTokens { tokens, _ in
            #expect(TokenReport.table(try await tokens.list()) == "No matching tokens.\n")
            let first = try await tokens.create(
                service: "github", name: "first", scope: "fedora-infra", owners: ["zoe"], secret: nil
            ).token.id
            let second = try await tokens.create(
                service: "gitlab", name: "a longer name", scope: nil, owners: [], secret: nil
            ).token.id
            _ = try await tokens.setState(second, to: .disabled)

            let all = try await tokens.list()
            #expect(Set(all.map(\.token.id)) == [first, second])
            #expect(all.allSatisfy { $0.secret == nil })
            let lines = TokenReport.table(all).split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines[0].hasPrefix("ID                          SERVICE  STATE     NAME"))
            #expect(
                lines.contains { $0.hasPrefix("\(second)  gitlab   disabled  a longer name  -             all     ") })

            #expect(try await tokens.list(owner: "zoe").map(\.token.id) == [first])
            #expect(try await tokens.list(service: "gitlab", state: .disabled).map(\.token.id) == [second])
            #expect(try await tokens.list(service: "discourse").isEmpty)
            await #expect(throws: TokenInputError.self) { _ = try await tokens.list(service: "gitlba") }

            let shown = try await tokens.show(first)
            #expect(try object(shown)["secret"] == nil)
            #expect(shown.text.contains("Scope:            fedora-infra\n"))
            #expect(shown.text.contains("Owners:           zoe\n"))
            #expect(try await tokens.show(second).text.contains("State:            disabled\n"))
            try await tokens.delete(first)
            #expect(try await tokens.list().map(\.token.id) == [second])
        }
    }

    @Test func `lists longer than a page`() async throws {
        try await withTokens { tokens, test in
            let count = TokenQuery.maximumPerPage + 3
            for number in 0..<count {
                _ = try await test.store.create(
                    TokenDraft(service: "github", name: "t\(number)"), now: UnixTime(milliseconds: Int64(number)))
            }
            #expect(try await tokens.list().map(\.token.name) == (0..<count).map { "t\($0)" })
        }
    }
}
