import Testing
import WebPages
import WebhookServices

@testable import Gateway

struct TokenFieldsTests {
    private func ids(
        _ service: (any WebhookService)?, _ change: (inout TokenFields.Values) -> Void = { _ in }
    ) -> [String] {
        var values = TokenFields.Values()
        change(&values)
        return TokenFields(values: values).main(of: service).map(\.id)
    }

    @Test func `a scope is asked for where one can be`() {
        #expect(ids(GitHubService()) == ["name", "scope", "events"])
        #expect(ids(DiscourseService()) == ["name", "events"])
        for service in ServiceRegistry.builtIn {
            #expect(ids(service).contains("scope") == service.namesRepositories, "\(service.name)")
        }
    }

    /// What the field shows as an example is taken, and lets something through.
    @Test func `the example is of the service`() throws {
        for service in ServiceRegistry.builtIn {
            let field = TokenFields(values: .init()).main(of: service).first { $0.id == "events" }
            // One whose events anybody may name has no example.
            guard let table = service.eventTable, !table.documented.events.isEmpty else {
                #expect(field?.placeholder == nil)
                continue
            }
            let filter = try EventFilter(text: try #require(field?.placeholder))
            try filter.check(against: table) { _, _ in nil }
            #expect(table.eventNames.contains { filter.allows($0) }, "\(service.name)")
        }
        #expect(
            TokenFields(values: .init()).main(of: GitHubService()).last?.placeholder?.contains("pull_request") == true)
    }

    /// One that was set all the same, or is of a service that is gone, can be seen, told what is wrong, and taken away.
    @Test func `a scope that is there is shown`() {
        #expect(ids(DiscourseService()) { $0.scope = "fedora" } == ["name", "scope", "events"])
        #expect(ids(nil) == ["name", "scope", "events"])
    }
}
