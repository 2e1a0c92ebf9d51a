import Testing
import WebPages

@testable import Gateway

/// Owners are added on purpose, and nobody leaves their token by a slip.
@Suite struct OwnersTests {
    private func actions(_ site: TestSite) -> TokenActions { TokenActions(portal: site.portal) }

    @Test func `a name that nobody knows is asked for twice`() async throws {
        let site = try await TestSite()
        let id = try await site.tokens.add("bodhi")
        func add(_ form: [String: String]) async throws -> PageResponse {
            try await actions(site).addOwner(site.request(id: id, form: form))
        }
        func owners() async throws -> [String] {
            try await site.tokens.token(id, by: TestSite.zoe.person).token.owners.map(\.name)
        }
        let question = try await add(["kind": "person", "name": "unsure-kevin"])
        #expect(question.status == 422)
        let html = try site.html(question)
        #expect(html.contains("name=\"again\"") && html.contains("value=\"unsure-kevin\""))
        #expect(html.contains(/id="owner-again"[^>]* autofocus/))
        let wrong = try await add(["kind": "person", "name": "unsure-kevin", "again": "unsure-kevni"])
        #expect(try site.html(wrong).contains("The names don’t match."))
        #expect(try await owners() == ["zoe"])
        #expect(try await add(["kind": "person", "name": "unsure-kevin", "again": "unsure-kevin"]).location != nil)
        #expect(try await owners() == ["zoe", "unsure-kevin"])
        // Who is known is added at once, and so is a group of one's own.
        #expect(try await add(["kind": "person", "name": "kevin"]).location != nil)
        #expect(try await add(["kind": "group", "name": "packager"]).location != nil)
        // A directory that knows all accounts says no.
        let absent = try await add(["kind": "person", "name": "absent", "again": "absent"])
        #expect(try site.html(absent).contains("There is no account named “absent”."))
        #expect(try await owners() == ["zoe", "unsure-kevin", "kevin", "packager"])
    }

    @Test func `leaving asks first`() async throws {
        let site = try await TestSite()
        let id = try await site.tokens.add("bodhi", owners: [(.user, "zoe"), (.user, "kevin"), (.group, "infra")])
        func remove(_ form: [String: String], by session: Session = TestSite.zoe) async throws -> PageResponse {
            try await actions(site).removeOwner(site.request(session, id: id, form: form))
        }
        func owners() async throws -> [String] {
            try await site.tokens.token(id, by: TestSite.admin.person).token.owners.map(\.name)
        }
        let question = try await remove(["kind": "person", "name": "zoe"])
        let html = try site.html(question)
        #expect(html.contains("Leave this token?") && html.contains("name=\"leave\" value=\"yes\""))
        #expect(html.contains("href=\"/tokens/\(id)\""))
        #expect(try await owners() == ["zoe", "kevin", "infra"])
        // Others are taken away at once.
        #expect(try await remove(["kind": "group", "name": "infra"]).location == "/tokens/\(id)")
        #expect(try await remove(["kind": "person", "name": "zoe", "leave": "yes"]).location == "/tokens")
        #expect(try await owners() == ["kevin"])
    }

    /// A name that runs from right to left turns nothing around that is beside it.
    @Test func `names stand apart`() async throws {
        let site = try await TestSite()
        let id = try await site.tokens.add("ابج", owners: [(.user, "zoe"), (.user, "kevin")])
        let person = ["kind": "person", "name": "zoe"]
        let leaving = try await actions(site).removeOwner(site.request(id: id, form: person))
        #expect(try site.html(leaving).contains("as an owner of “\u{2068}ابج\u{2069}”."))
        let group = try await site.tokens.add("ابج", owners: [(.user, "kevin"), (.group, "packager")])
        let form = ["kind": "group", "name": "packager"]
        let question = try await actions(site).removeOwner(site.request(id: group, form: form))
        #expect(try site.html(question).contains("You manage “\u{2068}ابج\u{2069}” as a member"))
    }

    @Test func `leaving with ones group asks first`() async throws {
        let site = try await TestSite()
        let id = try await site.tokens.add("bodhi", owners: [(.user, "kevin"), (.group, "packager")])
        let form = ["kind": "group", "name": "packager"]
        let question = try await actions(site).removeOwner(site.request(id: id, form: form))
        #expect(try site.html(question).contains("as a member of the group packager"))
        // Kevin owns it himself: for him the group is any owner.
        let done = try await actions(site).removeOwner(site.request(TestSite.kevin, id: id, form: form))
        #expect(done.location == "/tokens/\(id)")
    }

    @Test(arguments: TestDatabases.all) func `the database knows who was here`(_ kind: TestDatabases) async throws {
        try await kind.withStore { store in
            let directory = DatabaseUserDirectory(database: store.database)
            try await store.database.query(
                """
                INSERT INTO session (id_hash, handle, account, subject, group_names, is_development, created_at,
                    authenticated_at, seen_at, rights_at, refresh_after, lease_until, expires_at)
                VALUES ($1, 'h', 'alice', '', $2, 0, 0, 0, 0, 0, 0, 0, 1)
                """, [.blob([1]), .text("docs\ninfra_sig\npackager")])
            func find(_ kind: TokenOwner.Kind, _ name: String) async throws -> UserFinding {
                try await directory.find(try TokenOwner(kind, name: name))
            }
            #expect(try await find(.user, "alice") == .known)
            #expect(try await find(.user, "alicia") == .unsure)
            for group in ["docs", "infra_sig", "packager"] { #expect(try await find(.group, group) == .known) }
            for group in ["doc", "infra-sig", "ackager", "alice"] { #expect(try await find(.group, group) == .unsure) }
        }
    }
}
