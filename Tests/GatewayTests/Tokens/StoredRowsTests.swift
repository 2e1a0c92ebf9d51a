import Database
import Testing
import WebPages

@testable import Gateway

/// A row that nobody wrote in earnest is missing in its list, and nothing else is.
struct StoredRowsTests {
    /// A column of one of two tokens, and what stands there.
    private static let wrong = [
        "scope = ' '", "event_filter = ',,'", "settings = '{'", "service = ''",
    ]

    @Test(arguments: TestDatabases.all) func `a token that cannot be read`(_ kind: TestDatabases) async throws {
        for change in Self.wrong {
            try await kind.withStore { test in
                let fixture = TestService(test)
                let broken = try await fixture.token()
                fixture.pass()
                let sound = try await fixture.token()
                let token = try #require(try await test.store.find(broken))
                try await test.database.query("UPDATE token SET \(change) WHERE uuid = $1", [.text(token.row)])
                guard (try? await test.store.find(broken)) == nil else { return }

                let page = try await fixture.service.list(TokenQuery(), by: .person(TestService.alice))
                #expect(page.tokens.map(\.token.id) == [sound] && page.unreadable == 1, "\(change)")
                #expect(try await test.store.list().map(\.id) == [sound], "\(change)")
                // The first page holds none that can be read, and there is a second one.
                var query = TokenQuery(reach: .all, descending: false, perPage: 1)
                let first = try await fixture.service.list(query, by: .commandLine)
                let next: TokenQuery.Cursor = try #require(first.next)
                query.after = next
                #expect(first.tokens.isEmpty, "\(change)")
                let second = try await fixture.service.list(query, by: .commandLine)
                #expect(second.tokens.map(\.token.id) == [sound], "\(change)")
                _ = try await test.store.completeLookupHashes()
            }
        }
    }

    @Test(arguments: TestDatabases.all) func `owners deliveries and history`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let fixture = TestService(test)
            let id = try await fixture.token()
            _ = try await fixture.service.addOwner("zoe", kind: .user, to: id, by: .person(TestService.alice))
            try await fixture.deliver([.published, .refused, .withheld], to: id)
            let entries = try await fixture.service.details(id, entries: 100, by: .person(TestService.alice)).history
                .count
            try await test.database.query("UPDATE token_owner SET name = '' WHERE name = 'zoe'")
            try await test.database.query("UPDATE delivery SET outcome = 'x' WHERE outcome = 'refused'")
            try await test.database.query("UPDATE token_history SET event = 'x' WHERE event = 'owner_added'")

            let page = try await fixture.service.list(TokenQuery(), by: .person(TestService.alice))
            #expect(page.tokens.map(\.token.owners.count) == [2])
            #expect(try await fixture.service.details(id, by: .person(TestService.alice)).deliveries.all.count == 2)
            let after = try await fixture.service.details(id, entries: 100, by: .person(TestService.alice)).history
                .count
            #expect(after < entries && after > 0)
        }
    }
}
