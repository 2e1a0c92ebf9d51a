import Database
import Testing

@testable import Gateway

/// What the desk does, over SQLite and PostgreSQL.
@Suite struct TokenDeskTests {
    @Test(arguments: TestDatabases.all) func lists(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let desk = TestDesk(test)
            var ids: [String: TokenID] = [:]
            for (name, service) in [("b 100%", "gitlab"), ("A_x", "github"), ("c", "github"), ("Axx", "github")] {
                ids[name] = try await desk.token(name, service: service)
                desk.pass()
            }
            _ = try await desk.desk.create(NewToken(service: "github", name: "eve's"), by: TestDesk.eve)
            _ = try await desk.desk.setState(try #require(ids["c"]), to: .disabled, by: TestDesk.alice)
            try await desk.deliver([.published], to: try #require(ids["A_x"]))
            try await desk.deliver([.published, .refused], to: try #require(ids["c"]))

            func names(_ query: TokenQuery, _ person: Person = TestDesk.alice) async throws -> [String] {
                try await desk.desk.list(query, by: person).tokens.map(\.token.name)
            }
            #expect(try await names(TokenQuery()) == ["Axx", "c", "A_x", "b 100%"])
            #expect(try await names(TokenQuery(), TestDesk.bob) == ["Axx", "c", "A_x", "b 100%"])
            #expect(try await names(TokenQuery(), TestDesk.eve) == ["eve's"])
            #expect(try await names(TokenQuery(reach: .all), TestDesk.staleAdmin).count == 5)
            #expect(try await names(TokenQuery(order: .name, descending: false)) == ["A_x", "Axx", "b 100%", "c"])
            #expect(try await names(TokenQuery(order: .service, descending: false)) == ["A_x", "Axx", "c", "b 100%"])
            #expect(try await names(TokenQuery(order: .lastDelivery)) == ["c", "A_x", "Axx", "b 100%"])
            #expect(try await names(TokenQuery(search: "a_X")) == ["A_x"])
            #expect(try await names(TokenQuery(search: "0%")) == ["b 100%"])
            #expect(try await names(TokenQuery(search: "'; DROP TABLE token; --\\")) == [])
            #expect(try await names(TokenQuery(service: "gitlab")) == ["b 100%"])
            #expect(try await names(TokenQuery(state: .disabled)) == ["c"])
            let page = try await desk.desk.list(TokenQuery(page: 9, perPage: 3), by: TestDesk.alice)
            #expect(page.tokens.map(\.token.name) == ["b 100%"])
            #expect([page.total, page.page, page.pages] == [4, 2, 2])
            #expect(
                try await desk.desk.overview(by: TestDesk.alice)
                    == TokenOverview(tokens: 4, disabled: 1, unused: 2, failing: 1))
            #expect(try await desk.desk.overview(by: Person(account: "new")) == TokenOverview())
        }
    }

    /// What the overview counts, the list lists, and each token's page says of itself; more than a page of them.
    @Test(arguments: TestDatabases.all) func theCountsAgree(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let desk = TestDesk(test)
            var expected: [TokenStanding: Set<TokenID>] = [:]
            let histories: [([DeliveryOutcome], TokenStanding?)] = [
                ([], .unused), ([.published], nil), ([.withheld], .withheld), ([.refused], .refused),
                ([.published, .withheld], .withheld), ([.withheld, .published], nil), ([.withheld, .repeated], nil),
                ([.published, .withheld, .refused], .refused), ([.refused, .withheld], .withheld),
                ([.refused, .published], nil), ([.repeated], nil),
            ]
            for number in 0..<66 {
                let (outcomes, standing) = histories[number % histories.count]
                let id = try await desk.desk.create(
                    NewToken(service: "github", name: "t\(number)"), by: TestDesk.alice
                ).view.token.id
                if !outcomes.isEmpty { try await desk.deliver(outcomes, to: id) }
                if let standing { expected[standing, default: []].insert(id) }
            }
            let overview = try await desk.desk.overview(by: TestDesk.alice)
            #expect(overview == TokenOverview(tokens: 66, unused: 6, failing: 12, withheld: 18))
            for standing in TokenStanding.allCases {
                var found: Set<TokenID> = []
                for page in 1...3 {
                    let query = TokenQuery(standing: standing, order: .lastDelivery, page: page, perPage: 7)
                    let list = try await desk.desk.list(query, by: TestDesk.alice)
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

    @Test(arguments: TestDatabases.all) func theLastOwnerStays(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let desk = TestDesk(test).desk
            for _ in 0..<10 {
                let id = try await TestDesk(test).token()
                // Both owners are removed at once: one of them stays, whichever it is.
                async let one = removed("alice", .user, id, desk)
                async let other = removed("infra", .group, id, desk)
                let outcomes = await [one, other]
                #expect(outcomes.count { $0 } == 1)
                #expect(try await test.store.find(id)?.owners.count == 1)
            }
        }
    }

    private func removed(
        _ name: String, _ kind: TokenOwner.Kind, _ id: TokenID, _ desk: DatabaseTokenDesk
    ) async -> Bool {
        do throws(TokenDeskError) {
            try await desk.removeOwner(name, kind: kind, from: id, by: TestDesk.admin)
            return true
        } catch {
            #expect(error == .lastOwner)
            return false
        }
    }

    @Test(arguments: TestDatabases.all) func theHistoryOutlivesTheToken(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let desk = TestDesk(test)
            let id = try await desk.token()
            desk.pass()
            _ = try await desk.desk.rotate(id, grace: .seconds(3600), secret: "", version: nil, by: TestDesk.bob)
            desk.pass()
            _ = try await desk.desk.setState(id, to: .disabled, by: TestDesk.admin)
            desk.pass()
            _ = try await desk.desk.sendTest(id, by: TestDesk.alice)
            let entries = try await desk.desk.history(id, before: nil, limit: 2, by: TestDesk.alice)
            #expect(entries.map(\.event) == [.tested, .disabled])
            #expect(entries.map(\.byAdmin) == [false, true])
            let older = try await desk.desk.history(id, before: entries.last?.at, limit: 1, by: TestDesk.alice)
            #expect(older.map(\.event) == [.rotated])
            #expect(older.map(\.actor) == ["bob"])
            // Two of one moment come together.
            let oldest = try await desk.desk.history(id, before: older.last?.at, limit: 1, by: TestDesk.alice)
            #expect(oldest.map(\.event) == [.ownerAdded, .created])

            desk.pass()
            #expect(try await test.store.delete(id, now: TestDesk.start.advanced(by: .seconds(60))))
            let all = try await desk.desk.history(before: nil, limit: 100, by: TestDesk.staleAdmin)
            #expect(all.map(\.event) == [.deleted, .tested, .disabled, .rotated, .ownerAdded, .created])
            #expect(all.first?.actor == nil)
        }
    }

    @Test func boundsOfOnePerson() async throws {
        let test = try await TestStore()
        var settings = TokensConfiguration()
        settings.maxPerAccount = 2
        settings.maxTestsPerMinute = 1
        let desk = TestDesk(test, settings: settings)
        let id = try await desk.token()
        _ = try await desk.token()
        do {
            _ = try await desk.token()
            Issue.record("a third token")
        } catch let error as TokenDeskError {
            #expect(error.status == 429)
        }
        _ = try await desk.desk.sendTest(id, by: TestDesk.alice)
        await #expect(throws: TokenDeskError.self) { _ = try await desk.desk.sendTest(id, by: TestDesk.alice) }
        desk.pass(.seconds(60))
        _ = try await desk.desk.sendTest(id, by: TestDesk.alice)
        await test.database.close()
    }

    /// A page of 5,000 tokens comes soon, in whatever order.
    @Test(arguments: TestDatabases.all) func fiveThousand(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let desk = TestDesk(test)
            let id = try await desk.token()
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
                    let page = try await desk.desk.list(
                        TokenQuery(search: "name", order: order, page: 40, perPage: 50), by: TestDesk.alice)
                    times.append(start.duration(to: .now))
                    #expect(page.total == 4999 && page.tokens.count == 50)
                }
                #expect(try #require(times.min()) < .seconds(1))
            }
        }
    }
}
