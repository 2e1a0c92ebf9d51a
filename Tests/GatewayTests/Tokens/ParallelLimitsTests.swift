import Cryptography
import Database
import Encodings
import EventLoop
import Logging
import Testing
import WebhookServices

@testable import Gateway

/// Limits hold for requests that come at the same time, on both databases.
@Suite(.timeLimit(.minutes(3))) struct ParallelLimitsTests {
    /// Runs `body` so many times at once, and returns how often it threw nothing, and what else it threw.
    private static func together<Failure: Error & Equatable>(
        _ count: Int, expecting failure: Failure, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> (done: Int, refused: Int) {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        try await body(number)
                        return true
                    } catch let error as Failure where error == failure {
                        return false
                    }
                }
            }
            var done = 0
            for try await isDone in group where isDone { done += 1 }
            return (done, count - done)
        }
    }

    @Test(arguments: TestDatabases.all) func `tokens of an account`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            var limits = TokenLimits()
            limits.maxPerAccount = 3
            let fixture = TestService(test, limits: limits)
            let refusal = TokenServiceError.tooMany(
                "You’ve reached the limit of 3 tokens. Delete one you no longer use.")
            let (done, _) = try await Self.together(12, expecting: refusal) { number in
                _ = try await fixture.service.create(
                    NewToken(service: "github", name: "\(number)"), by: .person(TestService.alice))
            }
            #expect(done == 3)
            let made = try await test.database.query("SELECT COUNT(*) AS made FROM token WHERE created_by = 'alice'")
            #expect(try made.rows.first?.integer("made") == 3)
            // Another's tokens are none of hers.
            _ = try await fixture.service.create(NewToken(service: "github", name: "his"), by: .person(TestService.bob))
        }
    }

    @Test(arguments: TestDatabases.all) func `one owner is left`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let names = (0..<8).map { "owner\($0)" }
            let draft = TokenDraft(
                service: "github", name: "shared", owners: try names.map { try TokenOwner(.user, name: $0) })
            let id = try await test.store.create(draft).token.id
            let (done, refused) = try await Self.together(8, expecting: TokenServiceError.lastOwner) { number in
                _ = try await test.store.removeOwner(try TokenOwner(.user, name: names[number]), from: id)
            }
            #expect(done == 7 && refused == 1)
            #expect(try await test.store.find(id)?.owners.count == 1)
        }
    }

    @Test(arguments: TestDatabases.all) func `owners`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let draft = TokenDraft(
                service: "github", name: "shared", owners: [try TokenOwner(.user, name: "first")])
            let id = try await test.store.create(draft).token.id
            let limit = Token.maximumOwners
            let refusal = TokenInputError.tooManyOwners(limit: limit)
            let (done, _) = try await Self.together(limit + 10, expecting: refusal) { number in
                _ = try await test.store.addOwner(try TokenOwner(.user, name: "owner\(number)"), to: id)
            }
            #expect(done == limit - 1)
            #expect(try await test.store.find(id)?.owners.count == limit)
        }
    }

    /// Each secret that somebody was given works on: those that had no place were not given.
    @Test(arguments: TestDatabases.all) func `rotations`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let made = try await test.store.create(TokenDraft(service: "github", name: "shared"))
            let given = Locked([made.secret])
            let (now, grace) = (UnixTime.now(), Duration.seconds(3600))
            let refusal = TokenInputError.formerSecrets(
                until: [UnixTime](repeating: now.advanced(by: grace), count: TokenStore.maximumFormerSecrets))
            let (done, refused) = try await Self.together(8, expecting: refusal) { _ in
                let rotated = try #require(try await test.store.rotate(made.token.id, grace: grace, now: now))
                given.withLock { $0.append(rotated.secret) }
            }
            #expect(done == TokenStore.maximumFormerSecrets && refused == 8 - done)
            let service = try #require(ServiceRegistry.service(named: "github"))
            let record = try #require(try await test.loader().record(for: made.token.id))
            for secret in given.withLock({ $0 }) {
                let body = Array("{}".utf8)
                let code = Hex.encode(try HMACSHA256Key(secret.bytes).authenticationCode(for: body[...]))
                let request = WebhookRequest(
                    headers: OneHeader(name: "x-hub-signature-256", value: "sha256=\(code)"), body: body[...],
                    receivedAt: 0)
                guard case .verified = service.verify(request, secrets: record.secrets(at: now)) else {
                    Issue.record("a secret that was given does not verify")
                    continue
                }
            }
        }
    }

    @Test(arguments: TestDatabases.all) func `sessions`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            var configuration = Configuration()
            configuration.sessions.maxPerAccount = 3
            let store = SessionStore(
                database: test.database, keys: test.keys, settings: configuration.sessions, refreshLease: .seconds(40),
                refresher: nil,
                logger: TestDatabases.logger)
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<12 {
                    group.addTask {
                        _ = try await store.begin(
                            NewSession(
                                account: "alice", subject: "alice", name: nil, groups: [], credentials: nil,
                                isDevelopment: false, userAgent: nil, authenticatedAt: .now()),
                            replacing: nil)
                    }
                }
            }
            let rows = try await test.database.query("SELECT COUNT(*) AS n FROM session").rows
            #expect(try rows.first?.integer("n") == 3)
        }
    }

    @Test func `test events`() async throws {
        let test = try await TestStore()
        var limits = TokenLimits()
        limits.maxTestsPerMinute = 3
        let fixture = TestService(test, limits: limits)
        let id = try await fixture.token()
        let refusal = TokenServiceError.tooMany("Limit: 3 per minute. Try again shortly.")
        let (done, _) = try await Self.together(12, expecting: refusal) { _ in
            _ = try await fixture.service.sendTest(id, by: .person(TestService.alice))
        }
        #expect(done == 3)
        await test.database.close()
    }

    @Test func `locks are of one account and one thing`() {
        #expect(AccountLock.key(.tokens, "alice") == AccountLock.key(.tokens, "alice"))
        #expect(AccountLock.key(.tokens, "alice") != AccountLock.key(.tokens, "bob"))
        #expect(AccountLock.key(.tokens, "alice") != AccountLock.key(.sessions, "alice"))
    }
}
