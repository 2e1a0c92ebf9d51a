import Testing
import WebhookServices

@testable import Gateway

/// What of a token only administrators set, whoever owns it.
@Suite struct AdministrativeSettingsTests {
    private static let key = "fedora_accounts"
    private static let refusal = TokenServiceError.invalid(.setting(.administrative(key: key)))

    private func service(_ test: TestStore) -> TokenService {
        TokenService(
            store: test.store, services: .init(enabled: ["forgejo"]), baseURL: "https://hooks.example.org",
            limits: TokenLimits(), tester: ScriptedTester(), clock: { TestService.start })
    }

    private func edit(_ value: String?, name: String? = nil) -> TokenEdit {
        TokenEdit(name: name, settings: .replacing(value.map { [Self.key: $0] } ?? [:]))
    }

    @Test(arguments: TestDatabases.all) func `owners cannot`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let service = service(test)
            await #expect(throws: Self.refusal) {
                _ = try await service.create(
                    NewToken(service: "forgejo", name: "x", settings: [Self.key: "yes"]), by: .person(TestService.alice)
                )
            }
            let id = try await service.create(NewToken(service: "forgejo", name: "x"), by: .person(TestService.alice))
                .view.token.id
            await #expect(throws: Self.refusal) {
                _ = try await service.edit(id, edit("yes"), by: .person(TestService.alice))
            }
            // An administrator whose login is old is nobody special.
            let stale = Person(account: "alice", isAdmin: true)
            await #expect(throws: Self.refusal) { _ = try await service.edit(id, edit("yes"), by: .person(stale)) }
            #expect(try await test.store.find(id)?.settings == [:])
        }
    }

    @Test(arguments: TestDatabases.all) func `administrators can`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let service = service(test)
            let id = try await service.create(NewToken(service: "forgejo", name: "x"), by: .person(TestService.alice))
                .view.token.id
            let set = try await service.edit(id, edit("yes"), by: .person(TestService.admin))
            #expect(set.token.settings == [Self.key: "yes"])
            // What others save leaves it as it is.
            for value in [nil, "", "yes"] {
                let saved = try await service.edit(
                    id, edit(value, name: "name \(value ?? "")"), by: .person(TestService.alice))
                #expect(saved.token.settings == [Self.key: "yes"])
            }
            let record = try #require(try await test.loader().record(for: id))
            #expect(record.settings == [Self.key: "yes"])
            let unset = try await service.edit(id, edit(""), by: .person(TestService.admin))
            #expect(unset.token.settings == [:])
            let made = try await service.create(
                NewToken(service: "forgejo", name: "y", settings: [Self.key: "yes"]), by: .person(TestService.admin))
            #expect(made.view.token.settings == [Self.key: "yes"])
        }
    }

    /// Somebody who looked before an administrator changed it brings nothing back.
    @Test(arguments: TestDatabases.all) func `what is there when it is saved counts`(_ kind: TestDatabases) async throws
    {
        try await kind.withStore { test in
            let service = service(test)
            let id = try await service.create(NewToken(service: "forgejo", name: "x"), by: .person(TestService.alice))
                .view.token.id
            _ = try await service.edit(id, edit("yes"), by: .person(TestService.admin))
            _ = try await service.edit(id, edit(""), by: .person(TestService.admin))
            let alice = TokenAuthorization.person(TestService.alice)
            await #expect(throws: Self.refusal) { _ = try await service.edit(id, edit("yes", name: "z"), by: alice) }
            let saved = try await service.edit(id, edit(nil, name: "z"), by: alice).token
            #expect(saved.name == "z" && saved.settings == [:])
        }
    }

    @Test func `the command line can`() async throws {
        let tokens = TokenCommands(
            store: try await TestStore().store, services: ServiceRegistry(enabled: ["forgejo"], configured: []))
        let made = try await tokens.create(NewToken(service: "forgejo", name: "x", settings: [Self.key: "yes"]))
        #expect(made.token.settings == [Self.key: "yes"])
        let edited = try await tokens.edit(made.token.id, TokenEdit(), settings: [Self.key: ""])
        #expect(edited.token.settings == [:])
    }

    @Test func `who sees it`() throws {
        let service = ForgejoService()
        var values = TokenFields.Values()
        values.settings = [Self.key: "yes"]
        let fields = TokenFields(values: values)
        #expect(fields.settings(of: service).isEmpty)
        let seen = try #require(fields.checks(of: service, isAdmin: false, isNew: false).first)
        #expect(seen.isLocked && seen.isChecked && seen.name == "setting.fedora_accounts")
        #expect(fields.checks(of: service, isAdmin: false, isNew: true).isEmpty)
        let own = try #require(fields.checks(of: service, isAdmin: true, isNew: true).first)
        #expect(!own.isLocked && own.value == "yes")
        #expect(fields.checks(of: GitHubService(), isAdmin: true, isNew: false).isEmpty)
    }
}
