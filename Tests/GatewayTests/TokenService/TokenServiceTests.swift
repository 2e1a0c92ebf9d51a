import Database
import Testing

@testable import Gateway

/// What the token service does, over SQLite and PostgreSQL.
@Suite struct TokenServiceTests {
    @Test(arguments: TestDatabases.all) func `lists`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let fixture = TestService(test)
            var ids: [String: TokenID] = [:]
            for (name, service) in [("b 100%", "gitlab"), ("A_x", "github"), ("c", "github"), ("Axx", "github")] {
                ids[name] = try await fixture.token(name, service: service)
                fixture.pass()
            }
            _ = try await fixture.service.create(
                NewToken(service: "github", name: "eve's"), by: .person(TestService.eve))
            _ = try await fixture.service.setState(
                try #require(ids["c"]), to: .disabled, by: .person(TestService.alice))
            try await fixture.deliver([.published], to: try #require(ids["A_x"]))
            try await fixture.deliver([.published, .refused], to: try #require(ids["c"]))

            func names(_ query: TokenQuery, _ person: Person = TestService.alice) async throws -> [String] {
                try await fixture.service.list(query, by: .person(person)).tokens.map(\.token.name)
            }
            #expect(try await names(TokenQuery()) == ["Axx", "c", "A_x", "b 100%"])
            #expect(try await names(TokenQuery(), TestService.bob) == ["Axx", "c", "A_x", "b 100%"])
            #expect(try await names(TokenQuery(), TestService.eve) == ["eve's"])
            #expect(try await names(TokenQuery(reach: .all), TestService.staleAdmin).count == 5)
            #expect(try await names(TokenQuery(order: .name, descending: false)) == ["A_x", "Axx", "b 100%", "c"])
            #expect(try await names(TokenQuery(order: .service, descending: false)) == ["A_x", "Axx", "c", "b 100%"])
            #expect(try await names(TokenQuery(order: .lastDelivery)) == ["c", "A_x", "Axx", "b 100%"])
            #expect(try await names(TokenQuery(search: "a_X")) == ["A_x"])
            #expect(try await names(TokenQuery(search: "0%")) == ["b 100%"])
            #expect(try await names(TokenQuery(search: "'; DROP TABLE token; --\\")) == [])
            #expect(try await names(TokenQuery(service: "gitlab")) == ["b 100%"])
            #expect(try await names(TokenQuery(state: .disabled)) == ["c"])
            let page = try await fixture.service.list(TokenQuery(page: 9, perPage: 3), by: .person(TestService.alice))
            #expect(page.tokens.map(\.token.name) == ["b 100%"])
            #expect([page.total, page.page, page.pages] == [4, 2, 2])
            #expect(
                try await fixture.service.overview(by: .person(TestService.alice))
                    == TokenOverview(tokens: 4, disabled: 1, unused: 2, failing: 1))
            #expect(try await fixture.service.overview(by: .person(Person(account: "new"))) == TokenOverview())
        }
    }

    /// What the overview counts, the list lists, and each token's page says of itself; more than a page of them.
    @Test(arguments: TestDatabases.all) func `the counts agree`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let fixture = TestService(test)
            var expected: [TokenStanding: Set<TokenID>] = [:]
            let histories: [([DeliveryOutcome], TokenStanding?)] = [
                ([], .unused), ([.published], nil), ([.withheld], .withheld), ([.refused], .refused),
                ([.published, .withheld], .withheld), ([.withheld, .published], nil), ([.withheld, .repeated], nil),
                ([.published, .withheld, .refused], .refused), ([.refused, .withheld], .withheld),
                ([.refused, .published], nil), ([.repeated], nil),
            ]
            for number in 0..<66 {
                let (outcomes, standing) = histories[number % histories.count]
                let id = try await fixture.service.create(
                    NewToken(service: "github", name: "t\(number)"), by: .person(TestService.alice)
                ).view.token.id
                if !outcomes.isEmpty { try await fixture.deliver(outcomes, to: id) }
                if let standing { expected[standing, default: []].insert(id) }
            }
            let overview = try await fixture.service.overview(by: .person(TestService.alice))
            #expect(overview == TokenOverview(tokens: 66, unused: 6, failing: 12, withheld: 18))
            for standing in TokenStanding.allCases {
                var found: Set<TokenID> = []
                for page in 1...3 {
                    let query = TokenQuery(standing: standing, order: .lastDelivery, page: page, perPage: 7)
                    let list = try await fixture.service.list(query, by: .person(TestService.alice))
                    #expect(list.total == expected[standing]?.count)
                    for view in list.tokens {
                        found.insert(view.token.id)
                        #expect((view.activity.last?.outcome.rawValue ?? "unused") == standing.rawValue)
                    }
                }
                #expect(found == expected[standing])
            }
        }
    }

    @Test(arguments: TestDatabases.all) func `the last owner stays`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let service = TestService(test).service
            for _ in 0..<10 {
                let id = try await TestService(test).token()
                // Both owners are removed at once: one of them stays, whichever it is.
                async let one = removed("alice", .user, id, service)
                async let other = removed("infra", .group, id, service)
                let outcomes = await [one, other]
                #expect(outcomes.count { $0 } == 1)
                #expect(try await test.store.find(id)?.owners.count == 1)
            }
        }
    }

    private func removed(
        _ name: String, _ kind: TokenOwner.Kind, _ id: TokenID, _ service: TokenService
    ) async -> Bool {
        do throws(TokenServiceError) {
            _ = try await service.removeOwner(name, kind: kind, from: id, by: .person(TestService.admin))
            return true
        } catch {
            #expect(error == .lastOwner)
            return false
        }
    }

    @Test(arguments: TestDatabases.all) func `the history outlives the token`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let fixture = TestService(test)
            let id = try await fixture.token()
            fixture.pass()
            _ = try await fixture.service.rotate(
                id, grace: .seconds(3600), secret: "", version: nil, by: .person(TestService.bob))
            fixture.pass()
            _ = try await fixture.service.setState(id, to: .disabled, by: .person(TestService.admin))
            fixture.pass()
            _ = try await fixture.service.sendTest(id, by: .person(TestService.alice))
            let entries = try await fixture.service.details(id, entries: 2, by: .person(TestService.alice)).history
            #expect(entries.map(\.event) == [.tested, .disabled])
            #expect(entries.map(\.byAdmin) == [false, true])
            let older = try await fixture.service.details(
                id, entries: 1, before: entries.last?.at, by: .person(TestService.alice)
            ).history
            #expect(older.map(\.event) == [.rotated])
            #expect(older.map(\.actor) == ["bob"])
            // Two of one moment come together.
            let oldest = try await fixture.service.details(
                id, entries: 1, before: older.last?.at, by: .person(TestService.alice)
            ).history
            #expect(oldest.map(\.event) == [.ownerAdded, .created])

            fixture.pass()
            #expect(try await test.store.delete(id))
            let all = try await fixture.service.history(before: nil, limit: 100, by: .person(TestService.staleAdmin))
            #expect(all.map(\.event) == [.deleted, .tested, .disabled, .rotated, .ownerAdded, .created])
            #expect(all.first?.actor == nil)
        }
    }

    @Test func `bounds of one person`() async throws {
        let test = try await TestStore()
        var limits = TokenLimits()
        limits.maxPerAccount = 2
        limits.maxTestsPerMinute = 1
        let fixture = TestService(test, limits: limits)
        let id = try await fixture.token()
        _ = try await fixture.token()
        do {
            _ = try await fixture.token()
            Issue.record("a third token")
        } catch let error as TokenServiceError {
            #expect(error.status == 429)
        }
        _ = try await fixture.service.sendTest(id, by: .person(TestService.alice))
        await #expect(throws: TokenServiceError.self) {
            _ = try await fixture.service.sendTest(id, by: .person(TestService.alice))
        }
        fixture.pass(.seconds(60))
        _ = try await fixture.service.sendTest(id, by: .person(TestService.alice))
        await test.database.close()
    }

    /// A page of 5,000 tokens comes soon, in whatever order.
    @Test(arguments: TestDatabases.all) func `five thousand`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let fixture = TestService(test)
            let id = try await fixture.token()
            try await test.database.withTransaction { connection in
                for number in 1..<5000 {
                    try await connection.query(
                        """
                        INSERT INTO token (uuid, public_id, service, name, state, key_id, secret, created_at, updated_at)
                        SELECT $1, $2, service, $3, state, key_id, secret, $4, $4 FROM token WHERE public_id = $5
                        """,
                        [
                            .text("00000000-0000-4000-8000-\(String(100_000_000_000 + number))"),
                            .text("\(TokenID(high: UInt64(number), low: 0))"), .text("name \(number)"),
                            .integer(Int64(number)), .text("\(id)"),
                        ])
                }
                try await connection.query(
                    """
                    INSERT INTO token_owner (token_uuid, kind, name, position, added_at)
                    SELECT uuid, 'user', 'alice', 0, 0 FROM token WHERE created_at < 5000
                    """)
            }
            for order in TokenQuery.Order.allCases {
                // The least of three: any of them may meet a busy moment of the machine.
                var times: [Duration] = []
                for _ in 0..<3 {
                    let start = ContinuousClock.now
                    let page = try await fixture.service.list(
                        TokenQuery(search: "name", order: order, page: 40, perPage: 50), by: .person(TestService.alice))
                    times.append(start.duration(to: .now))
                    #expect(page.total == 4999 && page.tokens.count == 50)
                }
                #expect(try #require(times.min()) < .seconds(1))
            }
        }
    }

    @Test(arguments: TestDatabases.all) func `a row that makes no sense`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let fixture = TestService(test)
            let id = try await fixture.token()
            try await test.database.query("UPDATE token SET settings = '[' WHERE public_id = $1", [.text("\(id)")])
            let problem = "column settings of table token holds what this program never writes"
            await #expect(throws: TokenServiceError.unreadable(problem)) {
                _ = try await fixture.service.token(id, by: .person(TestService.alice))
            }
            await #expect(throws: TokenServiceError.unreadable(problem)) {
                _ = try await fixture.service.setState(id, to: .disabled, by: .person(TestService.alice))
            }
        }
    }
}
