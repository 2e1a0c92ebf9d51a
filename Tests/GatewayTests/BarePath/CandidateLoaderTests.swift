import Database
import Testing

@testable import Gateway

/// What is read of the database, on both kinds.
@Suite struct CandidateLoaderTests {
    @Test(arguments: TestDatabases.all) func `read by scope and by secret`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let secret = try TokenSecret(ownText: Array(String(repeating: "s", count: 40).utf8))
            func make(_ scope: String?, _ service: String, _ second: Int64, creator: String? = nil) async throws
                -> TokenID
            {
                try await test.store.create(
                    TokenDraft(
                        service: service, name: "x", scope: scope.map { try TokenScope($0) },
                        owners: [TokenOwner(.user, name: "first"), TokenOwner(.user, name: "second")],
                        createdBy: creator, secret: service == "gitlab" ? secret : nil),
                    now: UnixTime(milliseconds: second)
                ).token.id
            }
            let wide = try await make("Fedora", "github", 1, creator: "zoe")
            let exact = try await make("fedora/Infra", "github", 3)
            let older = try await make("FEDORA/infra", "github", 2)
            let elsewhere = try await make("fedora/other", "github", 1)
            let disabled = try await make("fedora/infra", "github", 1)
            _ = try await test.store.setState(disabled, to: .disabled)
            let bare = try await make(nil, "gitlab", 1)
            let loader = CandidateLoader(database: test.database, limit: 100, limitPerOwner: 2)
            let found = try await loader.candidates(
                for: .repository(service: "github", name: "fedora/infra"))
            #expect(found.map(\.id) == [older, exact, wide])
            #expect(found.map(\.owner) == ["first", "first", "zoe"])
            #expect(!found.contains { $0.id == elsewhere })
            #expect(
                try await loader.candidates(
                    for: .repository(service: "gitlab", name: "fedora/infra")
                ).isEmpty)
            #expect(
                try await CandidateLoader(database: test.database, limit: 1, limitPerOwner: 2)
                    .candidates(for: .repository(service: "github", name: "fedora/infra"))
                    .count == 1)

            let hash = test.keys.lookupHash(secret.bytes)
            #expect(
                try await loader.candidates(for: .secret(service: "gitlab", hashes: [hash]))
                    .map(\.id) == [bare])
            #expect(
                try await loader.candidates(for: .secret(service: "github", hashes: [hash]))
                    .isEmpty)
            _ = try await test.store.rotate(bare, grace: .seconds(60))
            #expect(
                try await loader.candidates(for: .secret(service: "gitlab", hashes: [hash]))
                    .map(\.id) == [bare])
            _ = try await test.store.rotate(bare, grace: .zero)
            #expect(
                try await loader.candidates(for: .secret(service: "gitlab", hashes: [hash]))
                    .isEmpty)
        }
    }

    /// Four accounts have made tokens of the victim's repository, older and narrower than the right one, and have had
    /// webhooks of their own accepted. After a restart nothing is in memory.
    @Test(arguments: TestDatabases.all) func `strangers do not push the right one out`(_ kind: TestDatabases)
        async throws
    {
        try await kind.withStore { test in
            for account in 0..<4 {
                for second in 0..<2 {
                    let token = try await test.store.create(
                        TokenDraft(
                            service: "github", name: "x", scope: TokenScope("victim/repo"), owners: [],
                            createdBy: "stranger\(account)"),
                        now: UnixTime(milliseconds: Int64(account * 2 + second))
                    ).token
                    try await Self.deliver(to: token.id, at: 1000, isBare: false, in: test)
                }
            }
            let right = try await test.store.create(
                TokenDraft(
                    service: "github", name: "right", scope: TokenScope("victim"), owners: [], createdBy: "victim"),
                now: UnixTime(milliseconds: 500)
            ).token.id
            try await Self.deliver(to: right, at: 2000, isBare: true, in: test)
            let loader = CandidateLoader(database: test.database, limit: 100, limitPerOwner: 2)
            let key = CandidateKey.repository(service: "github", name: "victim/repo")
            let choice = CandidateChoice(limit: 8, limitPerOwner: 2)
            let found = try await loader.candidates(for: key)
            #expect(found.count == 9)
            #expect(choice.choose(from: found, verified: []).first?.id == right)

            // They go on, here as well, for as long as they like.
            for candidate in found where candidate.id != right {
                try await Self.deliver(to: candidate.id, at: 3000, isBare: true, in: test)
            }
            let again = try await loader.candidates(for: key)
            let known = try #require(again.first { $0.id == right })
            #expect(known.firstAccepted == 2000 && known.lastAccepted == 2000)
            #expect(choice.choose(from: again, verified: []).prefix(2).contains(known))
            #expect(
                try await CandidateLoader(database: test.database, limit: 2, limitPerOwner: 2)
                    .candidates(for: key).contains(known))
        }
    }

    /// Many accounts' tokens have had webhooks accepted, more than are read, and others were made before and after: a new
    /// one is read all the same.
    @Test(arguments: TestDatabases.all) func `a new one is read beside many`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            func make(_ name: String, at time: Int64) async throws -> TokenID {
                try await test.store.create(
                    TokenDraft(
                        service: "github", name: "x", scope: TokenScope("victim/repo"), owners: [], createdBy: name),
                    now: UnixTime(milliseconds: time)
                ).token.id
            }
            var proven: [TokenID] = []
            for number in 0..<12 { proven.append(try await make("proven\(number)", at: Int64(number))) }
            for id in proven { try await Self.deliver(to: id, at: 1000, isBare: true, in: test) }
            for number in 0..<12 { _ = try await make("earlier\(number)", at: 100 + Int64(number)) }
            let right = try await make("victim", at: 500)
            let loader = CandidateLoader(database: test.database, limit: 8, limitPerOwner: 2)
            let found = try await loader.candidates(for: .repository(service: "github", name: "victim/repo"))
            #expect(found.count == 8 && found.contains { $0.id == right })
            #expect(found.count { $0.lastAccepted != nil } == 6, "three of four")
            #expect(found.prefix(6).allSatisfy { $0.lastAccepted != nil })
        }
    }

    private static func deliver(
        to token: TokenID, at time: Int64, isBare: Bool, in test: TestStore
    ) async throws {
        let recorder = DeliveryRecorder(
            database: test.database, loops: [try TestDatabases.loop.get()], settings: DeliverySettings(),
            logger: TestDatabases.logger)
        recorder.record(
            DeliveryRecord(at: UnixTime(milliseconds: time), outcome: .published, status: 202, isBare: isBare),
            for: token)
        await recorder.end()
    }

    /// However many tokens of a scope one account makes, those of others are read, and the command line's.
    @Test(arguments: TestDatabases.all) func `one owners many tokens take nobodys place`(_ kind: TestDatabases)
        async throws
    {
        try await kind.withStore { test in
            var time = UnixTime(milliseconds: 0)
            func make(_ count: Int, _ creator: String?, owner: String?) async throws -> [TokenID] {
                var made: [TokenID] = []
                for _ in 0..<count {
                    time = UnixTime(milliseconds: time.milliseconds + 1)
                    let draft = try TokenDraft(
                        service: "github", name: "x", scope: try TokenScope("fedora/infra"),
                        owners: owner.map { [try TokenOwner(.user, name: $0)] } ?? [], createdBy: creator)
                    made.append(try await test.store.create(draft, now: time).token.id)
                }
                return made
            }
            let crowd = try await make(150, "mallory", owner: "mallory")
            let owned = try await make(3, nil, owner: "zoe")
            let plain = try await make(3, nil, owner: nil)
            let loader = CandidateLoader(database: test.database, limit: 100, limitPerOwner: 2)
            let key = CandidateKey.repository(service: "github", name: "fedora/infra")
            let found = try await loader.candidates(for: key)
            #expect(found.map(\.id) == Array(crowd[..<2]) + Array(owned[..<2]) + plain)

            // What was accepted before comes first, whatever its age.
            for id in [crowd[149], owned[2]] {
                let token = try #require(try await test.store.find(id))
                try await test.database.query(
                    """
                    INSERT INTO token_activity (token_uuid, published, withheld, refused, accepted_noted, refused_noted,
                        last_accepted_at, last_at) VALUES ($1, 1, 0, 0, 1, 0, 1, 1)
                    """, [.text(token.row)])
            }
            let again = try await loader.candidates(for: key)
            #expect(again.map(\.id) == [crowd[149], owned[2], crowd[0], owned[0]] + plain)

            if kind == .sqlite {
                let statement = try #require(loader.statement(for: key))
                let plan = try await test.database.query(
                    SQLStatement("EXPLAIN QUERY PLAN " + statement.sql, statement.parameters))
                #expect("\(plan.rows)".contains("token_by_scope"))
            }
        }
    }
}
