import Testing
import WebhookServices

@testable import Gateway

/// What of a token only administrators set, whoever owns it.
@Suite struct AdministrativeSettingsTests {
    private static let key = "fedora_accounts"
    private static let refusal = TokenDeskError.invalid(.setting(.administrative(key: key)))

    private func desk(_ test: TestStore) -> DatabaseTokenDesk {
        DatabaseTokenDesk(
            store: test.store, services: .init(enabled: ["forgejo"]), baseURL: "https://hooks.example.org",
            settings: TokensConfiguration(), tester: ScriptedTester(), clock: { TestDesk.start })
    }

    private func edit(_ value: String?, name: String? = nil) -> TokenEdit {
        TokenEdit(name: name, settings: value.map { [Self.key: $0] } ?? [:])
    }

    @Test(arguments: TestDatabases.all) func ownersCannot(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let desk = desk(test)
            await #expect(throws: Self.refusal) {
                _ = try await desk.create(
                    NewToken(service: "forgejo", name: "x", settings: [Self.key: "yes"]), by: TestDesk.alice)
            }
            let id = try await desk.create(NewToken(service: "forgejo", name: "x"), by: TestDesk.alice).view.token.id
            await #expect(throws: Self.refusal) { _ = try await desk.edit(id, edit("yes"), by: TestDesk.alice) }
            // An administrator whose login is old is nobody special.
            let stale = Person(account: "alice", isAdmin: true)
            await #expect(throws: Self.refusal) { _ = try await desk.edit(id, edit("yes"), by: stale) }
            #expect(try await test.store.find(id)?.settings == [:])
        }
    }

    @Test(arguments: TestDatabases.all) func administratorsCan(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let desk = desk(test)
            let id = try await desk.create(NewToken(service: "forgejo", name: "x"), by: TestDesk.alice).view.token.id
            let set = try await desk.edit(id, edit("yes"), by: TestDesk.admin)
            #expect(set.token.settings == [Self.key: "yes"])
            // What others save leaves it as it is.
            for value in [nil, "", "yes"] {
                let saved = try await desk.edit(id, edit(value, name: "name \(value ?? "")"), by: TestDesk.alice)
                #expect(saved.token.settings == [Self.key: "yes"])
            }
            let record = try #require(try await test.loader().record(for: id))
            #expect(record.settings == [Self.key: "yes"])
            let unset = try await desk.edit(id, edit(""), by: TestDesk.admin)
            #expect(unset.token.settings == [:])
            let made = try await desk.create(
                NewToken(service: "forgejo", name: "y", settings: [Self.key: "yes"]), by: TestDesk.admin)
            #expect(made.view.token.settings == [Self.key: "yes"])
        }
    }

    /// Somebody who looked before an administrator changed it brings nothing back.
    @Test(arguments: TestDatabases.all) func whatIsThereWhenItIsSavedCounts(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let desk = desk(test)
            let id = try await desk.create(NewToken(service: "forgejo", name: "x"), by: TestDesk.alice).view.token.id
            let seen = try await desk.edit(id, edit("yes"), by: TestDesk.admin).token
            _ = try await desk.edit(id, edit(""), by: TestDesk.admin)
            let changes = try desk.intake.changes(edit("yes", name: "z"), of: seen)
            let saved = try #require(try await test.store.edit(id, changes))
            #expect(saved.name == "z" && saved.settings == [:])
        }
    }

    @Test func theCommandLineCan() async throws {
        let tokens = TokenAdministration(
            store: try await TestStore().store, baseURL: "https://hooks.example.org",
            services: ServiceRegistry(enabled: ["forgejo"], configured: []))
        let made = try await tokens.create(NewToken(service: "forgejo", name: "x", settings: [Self.key: "yes"]))
        #expect(made.token.settings == [Self.key: "yes"])
        let edited = try await tokens.edit(made.token.id, TokenEdit(), settings: [Self.key: ""])
        #expect(edited.token.settings == [:])
    }

    @Test func whoSeesIt() throws {
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
