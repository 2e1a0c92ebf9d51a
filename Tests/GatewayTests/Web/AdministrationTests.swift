import Testing
import WebPages

@testable import Gateway

struct AdministrationTests {
    let test: TestSite

    init() async throws {
        test = try await TestSite()
        try await test.tokens.add("bodhi", owners: [(.user, "zoe"), (.group, "infra-sig")])
    }

    @Test func administratorsSeeAll() async throws {
        let pages = AdminPages(site: test.site)
        let overview = try test.html(try await pages.overview(test.request(TestSite.admin)))
        #expect(overview.contains("Administration"))
        let tokens = try test.html(try await pages.tokens(test.request(TestSite.admin)))
        #expect(tokens.contains("zoe, infra-sig (group)"))
        let filtered = try test.html(try await pages.tokens(test.request(TestSite.admin, query: "owner=kevin")))
        #expect(filtered.contains("No matching tokens"))
        _ = try test.html(try await pages.people(test.request(TestSite.admin, query: "q=z")))
    }

    @Test(arguments: [TestSite.zoe, TestSite.mallory])
    func nobodyElseDoes(_ visitor: Visitor) async throws {
        let pages = AdminPages(site: test.site)
        for call in [pages.overview, pages.tokens, pages.people] {
            do throws(PageFailure) {
                _ = try await call(test.request(visitor))
                Issue.record("allowed")
            } catch {
                #expect(ErrorPages.page(for: error, test.request(visitor)).status == 403)
            }
        }
    }

    @Test func anOldLoginIsAskedForAnew() async throws {
        let id = try #require(try await test.tokens.ids().first)
        let request = test.request(TestSite.staleAdmin, id: id)
        let (page, status) = ErrorPages.page(for: .service(.forbidden(.staleLogin)), request)
        #expect(status == 403)
        #expect(page.ways.first?.url == "/login?fresh=1&next=%2Ftokens%2F\(id)")
    }

    @Test func theAccountPage() async throws {
        let html = try test.html(try await AccountPages(site: test.site).show(test.request()))
        #expect(html.contains("Zoë"))
        #expect(html.contains("packager"))
        #expect(html.contains("Firefox on Fedora Linux"))
    }

    @Test func aDatabaseThatIsAwayIsAPage() async throws {
        test.tokens.database.setAway(true)
        do throws(PageFailure) {
            _ = try await TokenListPages(site: test.site).list(test.request())
            Issue.record("listed")
        } catch {
            let (page, status) = ErrorPages.page(for: error, test.request())
            #expect(status == 503)
            #expect(page.requestID == "r1")
        }
    }
}
