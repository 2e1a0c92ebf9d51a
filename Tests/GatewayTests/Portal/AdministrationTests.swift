import Testing
import WebPages

@testable import Gateway

struct AdministrationTests {
    let test: TestSite

    init() async throws {
        test = try await TestSite()
        try await test.tokens.add("bodhi", owners: [(.user, "zoe"), (.group, "infra-sig")])
    }

    @Test func `administrators see all`() async throws {
        let pages = AdminPages(portal: test.portal)
        let overview = try test.html(try await pages.overview(test.request(TestSite.admin)))
        #expect(overview.contains("Administration"))
        let tokens = try test.html(try await pages.tokens(test.request(TestSite.admin)))
        #expect(tokens.contains("zoe, infra-sig (group)"))
        let filtered = try test.html(try await pages.tokens(test.request(TestSite.admin, query: "owner=kevin")))
        #expect(filtered.contains("No matching tokens"))
        _ = try test.html(try await pages.people(test.request(TestSite.admin, query: "q=z")))
    }

    @Test(arguments: [TestSite.zoe, TestSite.mallory])
    func `nobody else does`(_ session: Session) async throws {
        let pages = AdminPages(portal: test.portal)
        for call in [pages.overview, pages.tokens, pages.people] {
            do throws(PageFailure) {
                _ = try await call(test.request(session))
                Issue.record("allowed")
            } catch {
                #expect(ErrorPages.page(for: error, test.request(session)).status == 403)
            }
        }
    }

    @Test func `an old login is asked for anew`() async throws {
        let id = try #require(try await test.tokens.ids().first)
        let request = test.request(TestSite.staleAdmin, id: id)
        let (page, status) = ErrorPages.page(for: .service(.forbidden(.staleLogin)), request)
        #expect(status == 403)
        #expect(page.ways.first?.url == "/login?fresh=1&next=%2Ftokens%2F\(id)")
    }

    @Test func `the account page`() async throws {
        _ = try await test.portal.accounts.store.begin(
            NewSession(
                account: "zoe", subject: "", name: nil, groups: [], credentials: nil, isDevelopment: true,
                userAgent: "Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:140.0) Firefox/140.0", authenticatedAt: nil),
            replacing: nil)
        let html = try test.html(try await AccountPages(portal: test.portal).show(test.request()))
        #expect(html.contains("Zoë"))
        #expect(html.contains("packager"))
        #expect(html.contains("Firefox on Fedora Linux"))
    }

    @Test func `a database that is away is a page`() async throws {
        test.tokens.database.setAway(true)
        do throws(PageFailure) {
            _ = try await TokenListPages(portal: test.portal).list(test.request())
            Issue.record("listed")
        } catch {
            let (page, status) = ErrorPages.page(for: error, test.request())
            #expect(status == 503)
            #expect(page.requestID == "r1")
        }
    }
}
