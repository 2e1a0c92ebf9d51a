import Database
import FedoraMessaging
import FoundationEssentials
import Testing

@testable import Gateway

@Suite struct TokenTagTests {
    @Test func `the tag is of the token and outlives a rotation of the root key`() async throws {
        let uuid = try #require(UUIDValue(bytes: Array(1...16)))
        let (first, second) = (try TestStore.key(), try TestStore.key(9))
        let ring = try KeyRing(first)
        let tag = TokenTag(of: uuid, ring)
        #expect(tag.description.count == TokenTag.characterCount)
        #expect(tag == TokenTag(of: uuid, try KeyRing(first)))
        #expect(tag != TokenTag(of: .random(), ring))
        // Another server's tokens have other tags.
        #expect(tag != TokenTag(of: uuid, try KeyRing(second)))
        // What the database keeps of the key for tags is what a rotated ring has.
        #expect(tag == TokenTag(of: uuid, try KeyRing(second, former: [first], idTags: first.derive(.idTags))))
    }

    @Test func `reading a tag`() throws {
        let tag = try #require(TokenTag("0123456789ABCDEF"))
        #expect(tag.description == "0123456789abcdef" && TokenTag("0123456789abcdef") == tag)
        for text in ["", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeg", "0123456789abcde "] {
            #expect(TokenTag(text) == nil)
        }
    }

    @Test func `a message says which token it came by`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(creator: "alice")
            #expect(try await gateway.push(to: "/github/\(token.id)").status == 202)
            let headers = try #require(gateway.publisher.messages.first).ownHeaders
            let tag = TokenTag(of: token, gateway.tokens.store.keys)
            #expect(headers.map(\.name) == ["webhook2fedmsg_token"] && headers.map(\.value) == ["\(tag)"])
            // Neither its address nor its identity.
            #expect(!token.id.description.contains(tag.description) && !token.row.contains(tag.description))
            #expect(try await gateway.tokens.store.row(of: tag) == token.row)
            let nobodys = try #require(TokenTag("0123456789abcdef"))
            #expect(try await gateway.tokens.store.row(of: nobodys) == nil)
        }
    }

    @Test func `an administrator finds the token by it`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken()
            _ = try await gateway.makeToken()
            let tag = TokenTag(of: token, gateway.tokens.store.keys)
            let admin = Person(account: "root", isAdmin: true)
            for search in ["\(tag)", "\(tag)".uppercased()] {
                let found = try await gateway.service.list(TokenQuery(reach: .all, search: search), by: .person(admin))
                #expect(found.tokens.map(\.token.id) == [token.id])
            }
            // Nobody else learns by it which token is whose.
            let person = Person(account: "alice")
            #expect(try await gateway.service.list(TokenQuery(search: "\(tag)"), by: .person(person)).tokens.isEmpty)
        }
    }

    /// Whoever published something strange may have deleted the token right after it.
    @Test func `the tag of a deleted token leads to who made and deleted it`() async throws {
        try await TestGateway.run { gateway in
            let token = try await gateway.makeToken(creator: "mallory")
            let tag = TokenTag(of: token, gateway.tokens.store.keys)
            let mallory = TokenAuthorization.person(
                Person(account: "mallory", isAdmin: true, adminFreshUntil: UnixTime(milliseconds: .max)))
            #expect(try await gateway.tokens.store.delete(token.id, by: mallory))
            #expect(try await gateway.tokens.store.row(of: tag) == nil)
            let admin = Person(account: "root", isAdmin: true)
            let found = try await gateway.service.list(TokenQuery(reach: .all, search: "\(tag)"), by: .person(admin))
            #expect(found.tokens.isEmpty)
            #expect(found.goneHistory.map(\.event).first == .deleted)
            #expect(found.goneHistory.first?.actor == "mallory")
            #expect(found.goneHistory.allSatisfy { $0.token == token.id })
            // Nobody else learns anything.
            let own = try await gateway.service.list(
                TokenQuery(search: "\(tag)"), by: .person(Person(account: "mallory")))
            #expect(own.tokens.isEmpty && own.goneHistory.isEmpty)
            let nobodys = try await gateway.service.list(
                TokenQuery(reach: .all, search: "0123456789abcdef"), by: .person(admin))
            #expect(nobodys.goneHistory.isEmpty)
            // Nor is the history of one that is there looked for.
            let other = try await gateway.makeToken()
            let living = TokenTag(of: other, gateway.tokens.store.keys)
            let listed = try await gateway.service.list(
                TokenQuery(reach: .all, search: "\(living)"), by: .person(admin))
            #expect(listed.tokens.count == 1 && listed.goneHistory.isEmpty)
            // By the command line as well.
            let query = try gateway.service.validator.query(tag: "\(tag)")
            let gone = try await gateway.service.listAll(query, by: .commandLine)
            let lines = gone.goneHistory.map(\.line)
            #expect(gone.tokens.isEmpty)
            #expect(lines.first?.hasSuffix("deleted by mallory") == true)
            #expect(lines.allSatisfy { $0.contains(token.id.description) })
            let one = try gateway.service.validator.query(tag: "\(living)")
            let there = try await gateway.service.listAll(one, by: .commandLine)
            #expect(there.tokens.map(\.token.id) == [other.id] && there.goneHistory.isEmpty)
        }
    }

    @Test func `provenance names owners and scope`() throws {
        let owners = [try TokenOwner(.user, name: "alice"), try TokenOwner(.group, name: "infra")]
        let record = TokenRecord(
            id: TokenID(high: 1, low: 2), uuid: .random(), tag: TokenTag("0123456789abcdef"), owners: owners,
            service: "github", scope: try TokenScope("fedora-infra/bodhi"), isEnabled: true, current: nil)
        #expect(record.origin(namingOwners: false).map(\.name) == ["webhook2fedmsg_token"])
        let named = Dictionary(uniqueKeysWithValues: record.origin(namingOwners: true).map { ($0.name, $0.value) })
        #expect(
            named == [
                "webhook2fedmsg_token": "0123456789abcdef", "webhook2fedmsg_owner": "alice,group:infra",
                "webhook2fedmsg_scope": "fedora-infra/bodhi",
            ])
    }
}
