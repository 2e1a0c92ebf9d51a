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

    @Test(arguments: TestDatabases.all) func aTokenThatCannotBeRead(_ kind: TestDatabases) async throws {
        for change in Self.wrong {
            try await kind.withStore { test in
                let desk = TestDesk(test)
                let broken = try await desk.token()
                desk.pass()
                let sound = try await desk.token()
                let token = try #require(try await test.store.find(broken))
                try await test.database.query("UPDATE token SET \(change) WHERE uuid = $1", [.text(token.row)])
                guard (try? await test.store.find(broken)) == nil else { return }

                let page = try await desk.desk.list(TokenQuery(), by: TestDesk.alice)
                #expect(page.tokens.map(\.token.id) == [sound] && page.unreadable == 1, "\(change)")
                #expect(try await test.store.list().map(\.id) == [sound], "\(change)")
                // The first page holds none that can be read, and there is a second one.
                let first = try await test.store.page(TokenListing(limit: 1))
                var listing = TokenListing(limit: 1)
                let next: TokenListing.Cursor = try #require(first.next)
                listing.after = next
                #expect(first.tokens.isEmpty, "\(change)")
                #expect(try await test.store.page(listing).tokens.map(\.id) == [sound], "\(change)")
                _ = try await test.store.completeLookupHashes()
            }
        }
    }

    @Test(arguments: TestDatabases.all) func ownersDeliveriesAndHistory(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let desk = TestDesk(test)
            let id = try await desk.token()
            _ = try await desk.desk.addOwner("zoe", kind: .user, to: id, by: TestDesk.alice)
            try await desk.deliver([.published, .refused, .withheld], to: id)
            let entries = try await desk.desk.history(id, before: nil, limit: 100, by: TestDesk.alice).count
            try await test.database.query("UPDATE token_owner SET name = '' WHERE name = 'zoe'")
            try await test.database.query("UPDATE delivery SET outcome = 'x' WHERE outcome = 'refused'")
            try await test.database.query("UPDATE token_history SET event = 'x' WHERE event = 'owner_added'")

            let page = try await desk.desk.list(TokenQuery(), by: TestDesk.alice)
            #expect(page.tokens.map(\.token.owners.count) == [2])
            #expect(try await desk.desk.deliveries(id, by: TestDesk.alice).all.count == 2)
            let after = try await desk.desk.history(id, before: nil, limit: 100, by: TestDesk.alice).count
            #expect(after < entries && after > 0)
        }
    }
}
