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

    @Test func aScopeIsAskedForWhereOneCanBe() {
        #expect(ids(GitHubService()) == ["name", "scope", "events"])
        #expect(ids(DiscourseService()) == ["name", "events"])
        for service in ServiceRegistry.builtIn {
            #expect(ids(service).contains("scope") == service.namesRepositories, "\(service.name)")
        }
    }

    /// One that was set all the same, or is of a service that is gone, can be seen, told what is wrong, and taken away.
    @Test func aScopeThatIsThereIsShown() {
        #expect(ids(DiscourseService()) { $0.scope = "fedora" } == ["name", "scope", "events"])
        #expect(ids(nil) == ["name", "scope", "events"])
    }
}
