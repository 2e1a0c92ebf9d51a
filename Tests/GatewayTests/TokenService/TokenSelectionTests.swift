import Database
import Testing

@testable import Gateway

/// A list that is walked and a list that is looked up from the owners are the same list.
@Suite struct TokenSelectionTests {
    static let person = Person(account: "alice", groups: ["infra", "packager"])

    @Test(arguments: TestDatabases.all) func `both ways find the same`(_ kind: TestDatabases) async throws {
        try await kind.withStore { test in
            let fixture = TestService(test)
            try await Self.fill(fixture)
            for query in Self.queries {
                for page in 1...4 {
                    let (looked, walked) = Self.selections(query, test.database.dialect)
                    let expected = try await Self.ids(looked.page(page, perPage: 5), test.database)
                    #expect(
                        try await Self.ids(walked.page(page, perPage: 5), test.database) == expected, "\(query) \(page)"
                    )
                }
                let (looked, walked) = Self.selections(query, test.database.dialect)
                let expected = try await test.database.query(looked.count).rows.first?.integer("tokens")
                #expect(try await test.database.query(walked.count).rows.first?.integer("tokens") == expected)
            }
            let (looked, walked) = Self.selections(TokenQuery(), test.database.dialect)
            for column in ["tokens", "disabled", "used", "failing", "withheld"] {
                let expected = try #require(try await test.database.query(looked.overview).rows.first?.integer(column))
                #expect(expected > 0)
                #expect(try await test.database.query(walked.overview).rows.first?.integer(column) == expected)
            }
        }
    }

    @Test func `a tenth is walked`() {
        var membership = TokenMembership(person: Self.person)
        membership.measured(byUser: 8, byGroups: 1, tokens: 100)
        #expect(!membership.isWalking)
        #expect(membership.count == nil)
        membership.measured(byUser: 10, byGroups: 0, tokens: 100)
        #expect(membership.isWalking)
        #expect(membership.count == 10)
    }

    /// Fifteen of alice's, of a group of hers or of both; three of others; some used, some not; two failing.
    private static func fill(_ fixture: TestService) async throws {
        for number in 0..<18 {
            let service = number.isMultiple(of: 3) ? "gitlab" : "github"
            let owner = number < 15 ? number.isMultiple(of: 4) ? "carol" : "alice" : "eve"
            let creator = Person(account: owner, groups: ["infra"])
            let new = NewToken(service: service, name: "token \(number * 7 % 5)")
            let id = try await fixture.service.create(new, by: .person(creator)).view.token.id
            if number < 15, number.isMultiple(of: 2) {
                _ = try await fixture.service.addOwner("infra", kind: .group, to: id, by: .person(creator))
            }
            if number.isMultiple(of: 5) {
                _ = try await fixture.service.setState(id, to: .disabled, by: .person(creator))
            }
            if number.isMultiple(of: 8) {
                // Nothing but a test event.
                try await fixture.deliver([.published], to: id, areTests: true)
            } else if !number.isMultiple(of: 4) {
                // Several at the same time.
                let outcomes: [DeliveryOutcome] =
                    number.isMultiple(of: 7)
                    ? [.published, .refused] : number.isMultiple(of: 5) ? [.published, .withheld] : [.published]
                try await fixture.deliver(outcomes, to: id, at: TestService.start.advanced(by: .seconds(number % 3)))
            }
            if !number.isMultiple(of: 6) { fixture.pass() }
        }
    }

    private static var queries: [TokenQuery] {
        var queries: [TokenQuery] = []
        for order in TokenQuery.Order.allCases {
            for descending in [true, false] {
                queries.append(TokenQuery(order: order, descending: descending))
                queries.append(TokenQuery(service: "github", order: order, descending: descending))
                queries.append(TokenQuery(search: "N 3", state: .enabled, order: order, descending: descending))
                for standing in TokenStanding.allCases {
                    queries.append(TokenQuery(standing: standing, order: order, descending: descending))
                    queries.append(
                        TokenQuery(service: "github", standing: standing, order: order, descending: descending))
                }
                for isUsed in [true, false] {
                    var query = TokenQuery(order: order, descending: descending)
                    query.isUsed = isUsed
                    queries.append(query)
                }
            }
        }
        return queries
    }

    /// From the owners, and, where the database is SQLite, walked.
    private static func selections(_ query: TokenQuery, _ dialect: SQLDialect) -> (TokenSelection, TokenSelection) {
        var membership = TokenMembership(person: person)
        let looked = TokenSelection(query, of: membership, dialect: dialect)
        if dialect == .sqlite { membership.measured(byUser: 9, byGroups: 9, tokens: 18) }
        return (looked, TokenSelection(query, of: membership, dialect: dialect))
    }

    private static func ids(_ statement: SQLStatement, _ database: any Database) async throws -> [String] {
        try await database.query(statement).rows.map { try $0.text("public_id") }
    }
}
