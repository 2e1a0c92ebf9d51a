import Database
import Testing
import WebPages

@testable import Gateway

/// Tokens that sent more than they may: what their owners and the administrators see.
struct LimitedTokensTests {
    let test: TestSite
    let id: TokenID

    init() async throws {
        test = try await TestSite()
        id = try await test.tokens.add("flood", scope: "fedora-infra/flood")
        _ = try await test.tokens.add("calm")
    }

    private func limit(_ count: Int64, _ last: UnixTime) async throws {
        var activity = TokenActivity(refused: count, lastRefusedAt: last)
        activity.limited = count
        activity.lastLimitedAt = last
        try await test.tokens.set(activity, of: id)
    }

    @Test func `administrators see which tokens and how much`() async throws {
        let pages = AdminPages(portal: test.portal)
        let before = try test.html(try await pages.overview(test.request(TestSite.admin)))
        #expect(!before.contains("Over the limit"))
        try await limit(1234, .now())
        let page = try test.html(try await pages.overview(test.request(TestSite.admin)))
        #expect(page.contains("Over the limit") && page.contains("1,234 deliveries refused · zoe"))
        #expect(page.contains("/tokens/\(id)") && page.contains("<bdi>flood</bdi>") && !page.contains("calm"))
        // For a week.
        try await limit(1234, UnixTime.now().advanced(by: .seconds(-8 * 86_400)))
        #expect(try !test.html(try await pages.overview(test.request(TestSite.admin))).contains("Over the limit"))
    }

    @Test func `owners see it`() async throws {
        let pages = TokenDetailPages(portal: test.portal)
        #expect(try !test.html(try await pages.show(test.request(id: id))).contains("limit per minute"))
        try await limit(1, .now())
        let page = try test.html(try await pages.show(test.request(id: id)))
        #expect(page.contains("1 delivery was refused for exceeding the limit per minute"))
        #expect(page.contains("GitHub may not resend them"))
    }

    @Test func `numbers that cannot be are said to be`() async throws {
        let pages = TokenDetailPages(portal: test.portal)
        let warning = "counts or times in the database are invalid"
        #expect(try !test.html(try await pages.show(test.request(id: id))).contains(warning))
        try await test.tokens.set(
            TokenActivity(published: -1, lastAcceptedAt: UnixTime(milliseconds: .max)), of: id)
        let page = try test.html(try await pages.show(test.request(id: id)))
        #expect(page.contains(warning))
    }
}
