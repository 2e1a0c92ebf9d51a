import Database
import EventLoop
import Testing

@testable import Gateway

/// An edit is decided by the row that it changes, and by nothing that was read before.
@Suite(.timeLimit(.minutes(3))) struct TokenEditTests {
    /// From the form to the row: the token with what came in, its owners, the change and the history.
    @Test(arguments: TestDatabases.all) func `a form is one transaction of four statements`(
        _ kind: TestDatabases
    ) async throws {
        try await kind.withStore { store in
            let test = try TestSite(over: store)
            let id = try await test.tokens.add("bodhi")
            let actions = TokenActions(portal: test.portal)
            let before = test.tokens.database.statements.count
            let answer = try await actions.edit(test.request(id: id, form: ["name": "koji", "scope": "a/b"]))
            #expect(answer.flash == "Changes saved.")
            let statements = test.tokens.database.statements.dropFirst(before)
            #expect(
                statements.map { $0.prefix { $0 != " " && $0 != "\n" } } == ["SELECT", "SELECT", "UPDATE", "INSERT"],
                "\(statements)")
            let history = try await test.tokens.service.details(
                id, entries: 1, by: .person(TestSite.zoe.person)
            ).history
            #expect(history.map(\.detail) == ["name, repository or owner"])
        }
    }

    /// The page was open, and its token is somebody else's by now.
    @Test(arguments: TestDatabases.all) func `whoever is no owner any more changes nothing`(_ kind: TestDatabases)
        async throws
    {
        try await kind.withStore { test in
            let fixture = TestService(test)
            let (alice, zoe) = (TokenAuthorization.person(TestService.alice), Person(account: "zoe"))
            let id = try await fixture.token()
            try await fixture.service.addOwner("zoe", kind: .user, to: id, by: alice)
            let seen = try await fixture.service.token(id, by: .person(zoe)).token
            try await fixture.service.removeOwner("zoe", kind: .user, from: id, by: alice)
            let zoes = TokenAuthorization.person(zoe)
            await #expect(throws: TokenServiceError.notFound) {
                try await fixture.service.edit(id, TokenEdit(name: "x", version: seen.settingsVersion), by: zoes)
            }
            await #expect(throws: TokenServiceError.notFound) {
                try await fixture.service.rotate(id, grace: .zero, by: zoes)
            }
            await #expect(throws: TokenServiceError.notFound) {
                try await fixture.service.setState(id, to: .disabled, by: zoes)
            }
            await #expect(throws: TokenServiceError.notFound) { try await fixture.service.delete(id, by: zoes) }
            #expect(try await test.store.find(id)?.settingsVersion == seen.settingsVersion)
        }
    }

    /// An edit and the removal of whoever makes it, at once: either the edit came first, or it was refused.
    @Test(arguments: TestDatabases.all) func `an edit beside the removal of its owner`(_ kind: TestDatabases)
        async throws
    {
        try await kind.withStore { test in
            let fixture = TestService(test)
            let alice = TokenAuthorization.person(TestService.alice)
            for _ in 0..<20 {
                let id = try await fixture.token()
                try await fixture.service.addOwner("zoe", kind: .user, to: id, by: alice)
                let outcomes = try await withThrowingTaskGroup(of: Bool?.self) { group in
                    for number in 0..<4 {
                        group.addTask { try await edited(id, "name \(number)", fixture.service) }
                    }
                    group.addTask {
                        try await fixture.service.removeOwner("zoe", kind: .user, from: id, by: alice)
                        return nil
                    }
                    return try await group.reduce(into: [Bool]()) { if let isDone = $1 { $0.append(isDone) } }
                }
                let entries = try await test.database.query(
                    "SELECT event, actor FROM token_history WHERE token = $1 ORDER BY entry", [.text("\(id)")])
                let events = try entries.rows.map { try $0.text("event") }
                let removal = try #require(events.firstIndex(of: "owner_removed"))
                #expect(!events[removal...].contains("edited"), "\(events)")
                #expect(events.count { $0 == "edited" } == outcomes.count { $0 })
            }
        }
    }

    /// The removal holds the row, and is not committed: the edit waits for it, and is decided by what it left.
    @Test(arguments: TestDatabases.all) func `an edit that waits for the removal`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let hook = WaitingHook()
            let watched = WatchedDatabase(base: test.database)
            let fixture = TestService(try TestStore(database: watched))
            let removing = TestService(try TestStore(database: test.database, hooks: [TokenHistory(), hook]))
            let alice = TokenAuthorization.person(TestService.alice)
            let id = try await fixture.token()
            try await fixture.service.addOwner("zoe", kind: .user, to: id, by: alice)
            try await withThrowingTaskGroup(of: Bool?.self) { group in
                group.addTask {
                    try await removing.service.removeOwner("zoe", kind: .user, from: id, by: alice)
                    return nil
                }
                await hook.begun.wait()
                let before = watched.transactions
                group.addTask { try await edited(id, "too late", fixture.service) }
                while watched.transactions == before { await Task.yield() }
                hook.goOn.open()
                for try await isDone in group { #expect(isDone != true) }
            }
            #expect(try await test.store.find(id)?.name == "mine")
        }
    }

    /// Whether zoe's edit was done; if not, it was refused as one of a token that she does not know.
    @Sendable private func edited(_ id: TokenID, _ name: String, _ service: TokenService) async throws -> Bool {
        do throws(TokenServiceError) {
            try await service.edit(id, TokenEdit(name: name), by: .person(Person(account: "zoe")))
            return true
        } catch .notFound {
            return false
        }
    }
}

/// Opened once.
private struct Gate: Sendable {
    private let signal = AsyncStream.makeStream(of: Void.self)

    func open() { signal.continuation.finish() }

    func wait() async {
        for await _ in signal.stream {}
    }
}

/// Says that a change was made, and keeps it from its commit.
private final class WaitingHook: TokenChangeHook {
    let begun = Gate()
    let goOn = Gate()

    func tokenChanges(_ change: TokenChange, on connection: any DatabaseConnection) async throws {
        begun.open()
        await goOn.wait()
    }
}
