import Database
import EventLoop
import FedoraMessaging
import FoundationEssentials
import Testing
import WebhookServices

@testable import Gateway

/// What a token lets through, and what it is found by.
@Suite struct TokenSettingsTests {
    private let start = UnixTime(milliseconds: 1_795_000_000_000)

    private func commands(_ test: TestStore) -> TokenCommands {
        TokenCommands(
            store: test.store,
            services: ServiceRegistry(enabled: ["github", "gitlab"], configured: [SettingsService()]))
    }

    @Test(arguments: TestDatabases.all) func `they are kept`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let draft = try TokenDraft(
                service: "github", name: "x", scope: TokenScope("Owner/Repo"),
                eventFilter: EventFilter(["push", "pull_request.*"]), publishesPrivate: true,
                settings: ["instance_url": "https://tickets.example.org/\"ä\""], createdBy: "zoe")
            let made = try await test.store.create(draft, now: start).token
            let found = try #require(try await test.store.find(made.id))
            #expect(found == made)
            #expect(found.eventFilter?.patterns == ["push", "pull_request.*"])
            #expect(found.publishesPrivate)
            #expect(found.settings == ["instance_url": "https://tickets.example.org/\"ä\""])
            #expect(found.createdBy == "zoe")
            let record = try #require(try await test.loader().record(for: made.id))
            #expect(record.eventFilter == found.eventFilter)
            #expect(record.publishesPrivate)
            #expect(record.settings == found.settings)
        }
    }

    /// Such a token would take nothing.
    @Test func `a scope where nothing names a repository`() throws {
        let validator = TokenValidator(services: ServiceRegistry(enabled: ["github", "discourse"], configured: []))
        func made(_ service: String, _ scope: String) throws -> Token {
            try validator.token(NewToken(service: service, name: "x", scope: scope))
        }
        let refusal = TokenInputError.scopeUnusable(service: "Discourse")
        #expect(throws: refusal) { try made("discourse", "fedora") }
        #expect(try made("discourse", "").scope == nil)
        #expect(try made("github", "fedora").scope?.text == "fedora")
        #expect(refusal.place == .scope)
        let token = Token(
            uuid: .random(), id: TokenID(high: 1, low: 1), service: "discourse", name: "x", scope: nil,
            eventFilter: nil, publishesPrivate: false, settings: [:], owners: [], state: .enabled, createdBy: nil,
            createdAt: start,
            updatedAt: start, rotatedAt: nil, previousSecretExpiresAt: nil)
        #expect(throws: refusal) {
            try validator.edited(token, by: TokenEdit(scope: "fedora"), byAdministrator: false)
        }
        #expect(try validator.edited(token, by: TokenEdit(scope: ""), byAdministrator: false).scope == nil)
    }

    @Test(arguments: TestDatabases.all) func `editing`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let hook = NotingHook()
            let store = TokenStore(database: test.database, keys: test.keys, hooks: [hook])
            let owners = [try TokenOwner(.user, name: "zoe")]
            let made = try await store.create(
                TokenDraft(service: "github", name: "x", scope: TokenScope("a/b"), owners: owners), now: start
            ).token
            let changes = TokenEdit(scope: "A/C", events: "push", publishesPrivate: true)
            let later = start.advanced(by: .seconds(5))
            let zoe = TokenAuthorization.person(Person(account: "zoe"))
            let edited = try #require(try await store.edit(made.id, changes, by: zoe, now: later))
            #expect(edited.scope?.text == "A/C")
            #expect(edited.publishesPrivate)
            #expect(edited.eventFilter?.patterns == ["push"])
            #expect(edited.updatedAt == later)
            #expect(edited.name == "x")
            // What is the same already is no change.
            let same = try #require(try await store.edit(made.id, changes, now: later.advanced(by: .seconds(5))))
            #expect(same.updatedAt == later)
            let taken = TokenEdit(scope: "", events: "")
            let bare = try #require(try await store.edit(made.id, taken, now: later))
            #expect(bare.scope == nil && bare.eventFilter == nil && bare.publishesPrivate)
            #expect(
                hook.changes.map(\.kind)
                    == [
                        .created, .edited(["repository or owner", "events to publish", "private content"]),
                        .edited(["repository or owner", "events to publish"]),
                    ])
            #expect(hook.changes[1].actor == TokenActor(account: "zoe", byAdmin: false))
            #expect(try await store.edit(store.authority.make(), changes) == nil)
        }
    }

    /// What a hook throws undoes the change.
    @Test(arguments: TestDatabases.all) func `a change and its hooks are one`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let made = try await test.store.create(TokenDraft(service: "github", name: "x"), now: start).token
            let store = TokenStore(database: test.database, keys: test.keys, hooks: [FailingHook()])
            let failure = TokenServiceError.unavailable("\(FailingHook.Failure())")
            await #expect(throws: failure) { try await store.setState(made.id, to: .disabled) }
            await #expect(throws: failure) { try await store.delete(made.id) }
            await #expect(throws: failure) { try await store.rotate(made.id, grace: .zero) }
            await #expect(throws: FailingHook.Failure.self) {
                try await store.create(TokenDraft(service: "github", name: "y"))
            }
            #expect(try await test.store.find(made.id) == made)
            #expect(try await test.store.list().count == 1)
        }
    }

    @Test(arguments: TestDatabases.all) func `hashes follow the secrets`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            func hashes(_ id: TokenID) async throws -> (current: [UInt8]?, previous: [UInt8]?) {
                let rows = try await test.database.query(
                    "SELECT lookup_hash, previous_lookup_hash FROM token WHERE public_id = $1", [.text("\(id)")])
                let row = try #require(rows.rows.first)
                return (try row.optionalBlob("lookup_hash"), try row.optionalBlob("previous_lookup_hash"))
            }
            let (made, first) = try await test.store.create(TokenDraft(service: "gitlab", name: "x"))
            #expect(try await hashes(made.id).current == test.keys.lookupHash(first.bytes))
            #expect(try await hashes(made.id).previous == nil)
            let second = try #require(try await test.store.rotate(made.id, grace: .seconds(60))).secret
            #expect(try await hashes(made.id).current == test.keys.lookupHash(second.bytes))
            #expect(try await hashes(made.id).previous == test.keys.lookupHash(first.bytes))

            // As it was before there were any.
            try await test.database.query("UPDATE token SET lookup_hash = NULL, previous_lookup_hash = NULL")
            #expect(try await test.store.completeLookupHashes() == 1)
            #expect(try await hashes(made.id).current == test.keys.lookupHash(second.bytes))
            #expect(try await hashes(made.id).previous == test.keys.lookupHash(first.bytes))
            #expect(try await test.store.completeLookupHashes() == 0)
            _ = try await test.store.rotate(made.id, grace: .zero)
            #expect(try await hashes(made.id).previous == nil)
        }
    }

    @Test func `scopes of a repository`() {
        #expect(
            TokenScope.keys(containing: "Fedora/Infra/Ansible") == ["fedora/infra/ansible", "fedora/infra", "fedora"])
        #expect(TokenScope.keys(containing: "fedora") == ["fedora"])
        #expect(TokenScope.keys(containing: "").isEmpty)
        #expect(TokenScope.keys(containing: "a//b").isEmpty)
        #expect(TokenScope.keys(containing: "a/%").isEmpty)
        #expect(TokenScope.keys(containing: String(repeating: "a/", count: 22) + "b").isEmpty)
    }

    @Test func `commands take them`() async throws {
        let test = try await TestStore()
        let tokens = commands(test)
        let made = try await tokens.create(
            NewToken(service: "github", name: "x", events: "push,pull_request.*", publishesPrivate: true))
        #expect(made.token.eventFilter?.patterns == ["push", "pull_request.*"])
        #expect(made.text.contains("Events:           push, pull_request.*\n"))
        #expect(made.text.contains("Private content:  published\n"))
        let id = made.token.id
        let edited = try await tokens.edit(id, TokenEdit(name: "y", events: "", publishesPrivate: false))
        #expect(edited.token.name == "y" && edited.token.eventFilter == nil && !edited.token.publishesPrivate)
        await #expect(throws: TokenInputError.events(.starInWord("pull*"))) {
            _ = try await tokens.edit(id, TokenEdit(events: "pull*"))
        }
        await #expect(throws: TokenInputError.events(.unknownEvent("isues", nearest: "issues"))) {
            _ = try await tokens.edit(id, TokenEdit(events: "push, isues"))
        }
        await #expect(throws: TokenInputError.events(.unknownEvent("pull", nearest: "pull_request"))) {
            _ = try await tokens.create(NewToken(service: "github", name: "x", events: "issues, pull request, release"))
        }
        // A filter of before that is not touched stays.
        try await test.database.query("UPDATE token SET event_filter = 'of_old'")
        let kept = try await tokens.edit(id, TokenEdit(name: "z", events: "of_old"))
        #expect(kept.token.name == "z" && kept.token.eventFilter?.patterns == ["of_old"])
        await #expect(throws: TokenInputError.scope) { _ = try await tokens.edit(id, TokenEdit(scope: "a//b")) }
        await #expect(throws: TokenInputError.name) { _ = try await tokens.edit(id, TokenEdit(name: "")) }
        await #expect(throws: TokenInputError.self) { _ = try await tokens.edit(id, TokenEdit(), settings: ["a": "b"]) }
        #expect(try await tokens.list(scope: "a").isEmpty)
        _ = try await tokens.edit(id, TokenEdit(scope: "A/b"))
        #expect(try await tokens.list(scope: "a/B").map(\.token.id) == [id])
        #expect(try await tokens.list(scope: "a").isEmpty)
    }

    @Test func `settings of a service`() async throws {
        let tokens = commands(try await TestStore())
        await #expect(throws: TokenInputError.setting(.missing(key: "region", example: "eu"))) {
            _ = try await tokens.create(NewToken(service: "example", name: "x"))
        }
        let made = try await tokens.create(NewToken(service: "example", name: "x", settings: ["region": "EU"]))
        #expect(made.token.settings == ["region": "eu"])
        #expect(made.text.contains("Setting region:   eu\n"))
        let edited = try await tokens.edit(made.token.id, TokenEdit(), settings: ["note": "hello"])
        #expect(edited.token.settings == ["region": "eu", "note": "hello"])
        let less = try await tokens.edit(made.token.id, TokenEdit(), settings: ["note": ""])
        #expect(less.token.settings == ["region": "eu"])
        #expect(try TokenValidator.setting("a=b=c") == (name: "a", value: "b=c"))
        #expect(throws: TokenInputError.settingSyntax("ab")) { try TokenValidator.setting("ab") }
        #expect(throws: TokenInputError.settingSyntax("=b")) { try TokenValidator.setting("=b") }
    }
}

private final class NotingHook: TokenChangeHook {
    private let noted = Locked<[TokenChange]>([])

    var changes: [TokenChange] { noted.withLock { $0 } }

    func tokenChanges(_ change: TokenChange, on connection: any DatabaseConnection) async throws {
        noted.withLock { $0.append(change) }
    }
}

private struct FailingHook: TokenChangeHook {
    struct Failure: Error {}

    func tokenChanges(_ change: TokenChange, on connection: any DatabaseConnection) async throws { throw Failure() }
}
