import Database
import Testing

@testable import Gateway

/// The store over SQLite in memory; the same on PostgreSQL where `W2F_TEST_POSTGRES_URL` names one.
@Suite struct TokenStoreTests {
    private let start = UnixTime(milliseconds: 1_795_000_000_000)

    private func draft(_ name: String = "mine", secret: TokenSecret? = nil) throws -> TokenDraft {
        try TokenDraft(
            service: "github", name: name, scope: TokenScope("fedora-infra/ansible"),
            owners: [TokenOwner(.user, name: "zoe"), TokenOwner(.group, name: "infra")], secret: secret)
    }

    @Test(arguments: TestDatabases.all) func `made and found`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let (made, secret) = try await test.store.create(draft(), now: start)
            let found = try #require(try await test.store.find(made.id))
            #expect(found == made)
            #expect(found.name == "mine")
            #expect(found.scope?.text == "fedora-infra/ansible")
            #expect(found.owners.map(\.name) == ["zoe", "infra"])
            #expect(found.state == .enabled)
            #expect(found.createdAt == start)
            #expect(found.rotatedAt == nil)
            #expect(secret.bytes.count == 64)

            let bare = try await test.store.create(TokenDraft(service: "gitlab", name: "x"), now: start).token
            #expect(try await test.store.find(bare.id)?.scope == nil)
            #expect(try await test.store.find(bare.id)?.owners == [])
        }
    }

    @Test(arguments: TestDatabases.all) func `the secret is sealed`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let own = try TokenSecret(ownText: Array(String(repeating: "own secret ", count: 4).utf8.dropLast()))
            let (made, secret) = try await test.store.create(draft(secret: own), now: start)
            #expect(secret == own)
            let stored = try #require(try await test.store.stored(made.id))
            let place = StoredToken.place(ofSecretIn: made.row)
            #expect(try test.keys.open(stored.secret, for: place) == own.bytes)
            #expect(stored.secret.keyID == test.keys.keyID)
            let rows = try await test.database.query("SELECT * FROM token WHERE public_id = $1", [.text("\(made.id)")])
            #expect(rows.rows.count == 1)
            #expect(!"\(rows.rows)".contains("own secret"))
            let blob = try #require(rows.rows.first).blob("secret")
            #expect(!blob.indices.contains { blob[$0...].starts(with: own.bytes.prefix(8)) })
        }
    }

    @Test(arguments: TestDatabases.all) func `rotations`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let (made, first) = try await test.store.create(draft(), now: start)
            let later = start.advanced(by: .seconds(60))
            let rotated = try #require(try await test.store.rotate(made.id, grace: .seconds(3600), now: later))
            #expect(rotated.secret != first)
            #expect(rotated.token.rotatedAt == later)
            #expect(rotated.token.updatedAt == later)
            #expect(rotated.token.previousSecretExpiresAt == later.advanced(by: .seconds(3600)))
            #expect(rotated.token.owners == made.owners)

            let stored = try #require(try await test.store.stored(made.id))
            let previous = try #require(stored.previousSecret)
            #expect(try test.keys.open(previous, for: StoredToken.place(ofPreviousSecretIn: made.row)) == first.bytes)
            #expect(
                try test.keys.open(stored.secret, for: StoredToken.place(ofSecretIn: made.row))
                    == rotated.secret.bytes)

            // Without grace the one before is gone at once.
            let last = try #require(try await test.store.rotate(made.id, grace: .zero, now: later))
            #expect(last.token.previousSecretExpiresAt == nil)
            #expect(try await test.store.stored(made.id)?.previousSecret == nil)
        }
    }

    /// A secret within its grace period is never dropped by another rotation, unless that is what was asked for.
    @Test(arguments: TestDatabases.all) func `rotations within a grace period`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let (made, live) = try await test.store.create(draft(), now: start)
            func opened() async throws -> [[UInt8]] {
                let stored = try #require(try await test.store.stored(made.id))
                return try stored.formerSecrets(at: start).map { try test.keys.open($0.sealed, for: $0.place) }
            }
            let day = Duration.seconds(86_400)
            let second = try #require(try await test.store.rotate(made.id, grace: day, now: start)).secret
            let later = start.advanced(by: .seconds(1))
            let third = try #require(try await test.store.rotate(made.id, grace: .seconds(60), now: later))
            #expect(try await opened() == [second.bytes, live.bytes])
            #expect(third.token.earlierSecretExpiresAt == start.advanced(by: day))

            // No place for another: said, and nothing changed.
            let ends = [later.advanced(by: .seconds(60)), start.advanced(by: day)]
            let full = TokenInputError.formerSecrets(until: ends)
            await #expect(throws: full) { try await test.store.rotate(made.id, grace: day, now: later) }
            #expect(full.description.contains("\(ends[0]) and \(ends[1])"))
            #expect(try await test.store.find(made.id) == third.token)

            // The last one's grace is over: there is a place again, and the live one keeps its own end.
            let free = later.advanced(by: .seconds(60))
            let fourth = try #require(try await test.store.rotate(made.id, grace: day, now: free))
            #expect(try await opened() == [third.secret.bytes, live.bytes])
            #expect(fourth.token.formerSecretExpiries(at: free) == [free.advanced(by: day), start.advanced(by: day)])

            // The root key is rotated: all of them go along.
            #expect(try await SealedColumn.counts(in: test.database)[test.keys.keyID]?["token.earlier_secret"] == 1)
            let bare = try #require(try await test.store.rotate(made.id, grace: .zero, now: free))
            #expect(bare.token.formerSecretExpiries(at: free).isEmpty)
            #expect(try await opened().isEmpty)
        }
    }

    /// Two at once, as a double click makes them: both have their place.
    @Test(arguments: TestDatabases.all) func `rotations in parallel`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let (made, live) = try await test.store.create(draft())
            let results = await withTaskGroup(of: Result<TokenSecret?, any Error>.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        do {
                            return .success(try await test.store.rotate(made.id, grace: .seconds(3600))?.secret)
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { (try? $0.get()) != nil } == 2)
            let stored = try #require(try await test.store.stored(made.id))
            let former = try stored.formerSecrets(at: .now()).map { try test.keys.open($0.sealed, for: $0.place) }
            #expect(former.count == 2 && former.last == live.bytes)
        }
    }

    @Test(arguments: TestDatabases.all) func `grace periods are bounded`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let made = try await test.store.create(draft(), now: start).token
            for grace in [Duration.seconds(-1), TokenStore.maximumGrace + .milliseconds(1)] {
                await #expect(throws: TokenInputError.grace(limit: TokenStore.maximumGrace)) {
                    _ = try await test.store.rotate(made.id, grace: grace)
                }
            }
            #expect(try await test.store.rotate(made.id, grace: TokenStore.maximumGrace) != nil)
        }
    }

    @Test(arguments: TestDatabases.all) func `states`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let made = try await test.store.create(draft(), now: start).token
            let later = start.advanced(by: .seconds(1))
            let disabled = try #require(try await test.store.setState(made.id, to: .disabled, now: later))
            #expect(disabled.state == .disabled)
            #expect(disabled.updatedAt == later)
            let again = try await test.store.setState(made.id, to: .disabled, now: later.advanced(by: .seconds(1)))
            #expect(again?.updatedAt == later)
            #expect(try await test.store.setState(made.id, to: .enabled)?.state == .enabled)
        }
    }

    /// Others hear of a change by `updated_at`: also of the second one in a millisecond, and of one by a machine whose clock is
    /// behind.
    @Test(arguments: TestDatabases.all) func `every change is later than the one before`(_ kind: TestDatabases)
        async throws
    {
        try await kind.withStore { test in
            let id = try await test.store.create(draft(), now: start).token.id
            var renaming = TokenEdit(name: "another name")
            var last = start.milliseconds
            for now in [start, start.advanced(by: .seconds(-60)), start.advanced(by: .seconds(60))] {
                let changed = [
                    try await test.store.edit(id, renaming, now: now),
                    try await test.store.setState(id, to: .disabled, now: now),
                    try await test.store.rotate(id, grace: .zero, now: now)?.token,
                    try await test.store.addOwner(TokenOwner(.user, name: "yves"), to: id, now: now),
                    try await test.store.removeOwner(TokenOwner(.user, name: "yves"), from: id, now: now),
                    try await test.store.setState(id, to: .enabled, now: now),
                ]
                for token in changed {
                    let updatedAt = try #require(token).updatedAt.milliseconds
                    #expect(updatedAt == max(last + 1, now.milliseconds))
                    last = updatedAt
                }
                renaming.name = "another name still \(now.milliseconds)"
            }
            #expect(last == start.advanced(by: .seconds(60)).milliseconds + 5)
        }
    }

    @Test(arguments: TestDatabases.all) func `deleting`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let made = try await test.store.create(draft("gone"), now: start).token
            let kept = try await test.store.create(draft("kept"), now: start).token
            #expect(try await test.store.delete(made.id))
            #expect(try await !test.store.delete(made.id))
            #expect(try await test.store.find(made.id) == nil)
            #expect(try await test.store.setState(made.id, to: .enabled) == nil)
            #expect(try await test.store.rotate(made.id, grace: .zero) == nil)
            #expect(try await test.store.find(kept.id)?.owners.count == 2)
            let owners = try await test.database.query("SELECT COUNT(*) AS n FROM token_owner")
            #expect(try owners.rows.first?.integer("n") == 2)
        }
    }

    @Test(arguments: TestDatabases.all) func `listing`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            var made: [Token] = []
            for number in 0..<7 {
                let service = number.isMultiple(of: 2) ? "github" : "gitlab"
                let owners = number < 3 ? [try TokenOwner(.user, name: "zoe")] : []
                made.append(
                    try await test.store.create(
                        TokenDraft(service: service, name: "t\(number)", owners: owners),
                        // Two of each time, so that the page's end falls between equal times.
                        now: start.advanced(by: .seconds(number / 2))
                    ).token)
            }
            _ = try await test.store.setState(made[6].id, to: .disabled)

            var query = TokenQuery(reach: .all, descending: false, perPage: 2)
            var seen: [TokenID] = []
            repeat {
                let page = try await test.store.service(start).list(query, by: .commandLine)
                #expect(page.tokens.count <= 2)
                seen += page.tokens.map(\.token.id)
                query.after = page.next
            } while query.after != nil
            #expect(seen.count == 7)
            #expect(Set(seen) == Set(made.map(\.id)))

            #expect(
                try await test.store.list(TokenQuery(reach: .all, service: "gitlab", descending: false)).map(\.name)
                    == ["t1", "t3", "t5"].shuffled().sorted())
            #expect(try await test.store.list(TokenQuery(reach: .all, state: .disabled)).map(\.name) == ["t6"])
            let zoes = try await test.store.list(TokenQuery(reach: .all, owner: TokenOwner(.user, name: "zoe")))
            #expect(Set(zoes.map(\.name)) == ["t0", "t1", "t2"])
            #expect(zoes.allSatisfy { $0.owners.map(\.name) == ["zoe"] })
            #expect(try await test.store.list(TokenQuery(reach: .all, owner: TokenOwner(.group, name: "zoe"))).isEmpty)
            let both = TokenQuery(
                reach: .all, service: "github", state: .enabled, owner: try TokenOwner(.user, name: "zoe"))
            #expect(Set(try await test.store.list(both).map(\.name)) == ["t0", "t2"])
        }
    }

    @Test(arguments: TestDatabases.all) func `names cannot become SQL`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let name = "'); DROP TABLE token; -- \"$1\" \\"
            let made = try await test.store.create(TokenDraft(service: "github", name: name)).token
            #expect(try await test.store.find(made.id)?.name == name)
            #expect(try await test.store.list(TokenQuery(reach: .all, service: "' OR '1'='1")).isEmpty)
        }
    }

    @Test func `made up ids ask nothing`() async throws {
        let store = TokenStore(database: UnreachableDatabase(), keys: try KeyRing(TestStore.key()))
        let stranger = try TokenIDAuthority(KeyRing(TestStore.key(9))).make()
        #expect(try await store.find(stranger) == nil)
        #expect(try await store.setState(stranger, to: .enabled) == nil)
        #expect(try await store.rotate(stranger, grace: .zero) == nil)
        #expect(try await !store.delete(stranger))
        let own = try store.authority.make()
        await #expect(throws: DatabaseError.self) { _ = try await store.find(own) }
    }
}
