import Cryptography
import Database
import Encodings
import FedoraMessaging
import Testing
import WebhookServices

@testable import Gateway

@Suite struct TokenRecordTests {
    private let id = TokenID(high: 1, low: 2)

    @Test func `the previous secret ends at its time`() throws {
        let service = try #require(ServiceRegistry.service(named: "github"))
        let current = try service.prepare(secret: [UInt8](repeating: 1, count: 32))
        let previous = try service.prepare(secret: [UInt8](repeating: 2, count: 32))
        let end = UnixTime(milliseconds: 1_000_000)
        let record = TokenRecord(
            id: id, uuid: .random(), service: "github", scope: nil, isEnabled: true, current: current,
            previous: (previous, end))
        #expect(record.secrets(at: UnixTime(milliseconds: 999_999)).count == 2)
        #expect(record.secrets(at: end).count == 1)
    }

    /// Each ends at its own time, whichever is the first.
    @Test func `former secrets end one by one`() throws {
        let service = try #require(ServiceRegistry.service(named: "github"))
        func secret(_ byte: UInt8) throws -> PreparedSecret {
            try service.prepare(secret: [UInt8](repeating: byte, count: 32))
        }
        for (previous, earlier) in [(100, 200), (200, 100)] as [(Int64, Int64)] {
            let record = TokenRecord(
                id: id, uuid: .random(), service: "github", scope: nil, isEnabled: true, current: try secret(1),
                previous: (try secret(2), UnixTime(milliseconds: previous)),
                earlier: (try secret(3), UnixTime(milliseconds: earlier)))
            #expect([99, 100, 199, 200].map { record.secrets(at: UnixTime(milliseconds: $0)).count } == [3, 2, 2, 1])
        }
    }

    @Test func `the clock is asked only if needed`() throws {
        let service = try #require(ServiceRegistry.service(named: "github"))
        let record = TokenRecord(
            id: id, uuid: .random(), service: "github", scope: nil, isEnabled: true,
            current: try service.prepare(secret: [UInt8](repeating: 1, count: 32)))
        var asked = 0
        func now() -> UnixTime {
            asked += 1
            return .now()
        }
        #expect(record.secrets(at: now()).count == 1)
        #expect(asked == 0)
    }

    @Test func `loaded from the database`() async throws {
        let test = try await TestStore()
        let loader = test.loader()
        let made = try await test.store.create(
            TokenDraft(service: "github", name: "x", scope: TokenScope("a/b"))
        ).token
        let record = try #require(try await loader.record(for: made.id))
        #expect(record.id == made.id)
        #expect(record.uuid == made.uuid)
        #expect(record.service == "github")
        #expect(record.scope?.text == "a/b")
        #expect(record.isEnabled)
        #expect(record.secrets().count == 1)

        _ = try await test.store.rotate(made.id, grace: .seconds(60))
        #expect(try await loader.record(for: made.id)?.secrets().count == 2)
        _ = try await test.store.rotate(made.id, grace: .seconds(60))
        #expect(try await loader.record(for: made.id)?.secrets().count == 3)
        let past = UnixTime.now().advanced(by: .seconds(-120))
        let old = try await test.store.create(TokenDraft(service: "github", name: "old"), now: past).token
        _ = try await test.store.rotate(old.id, grace: .seconds(60), now: past)
        #expect(try await loader.record(for: old.id)?.secrets(at: past).count == 1)
        _ = try await test.store.setState(made.id, to: .disabled)
        #expect(try await loader.record(for: made.id)?.isEnabled == false)
        #expect(try await loader.record(for: test.store.authority.make()) == nil)
    }

    @Test func `both secrets verify while the grace period lasts`() async throws {
        let test = try await TestStore()
        let (made, first) = try await test.store.create(TokenDraft(service: "github", name: "x"))
        let second = try #require(try await test.store.rotate(made.id, grace: .seconds(60))).secret
        let record = try #require(try await test.loader().record(for: made.id))
        let service = try #require(ServiceRegistry.service(named: "github"))
        func verifies(_ secret: [UInt8], at time: UnixTime) throws -> Bool {
            let body = Array("{}".utf8)
            let code = try HMACSHA256Key(secret).authenticationCode(for: body[...])
            let request = WebhookRequest(
                headers: OneHeader(name: "x-hub-signature-256", value: "sha256=\(Hex.encode(code))"), body: body[...],
                receivedAt: 0)
            if case .verified = service.verify(request, secrets: record.secrets(at: time)) { return true }
            return false
        }
        let now = UnixTime.now()
        let later = now.advanced(by: .seconds(61))
        #expect(try verifies(second.bytes, at: now))
        #expect(try verifies(first.bytes, at: now))
        #expect(try verifies(second.bytes, at: later))
        #expect(try !verifies(first.bytes, at: later))
        #expect(try !verifies([1, 2, 3], at: now))
    }

    @Test func `a service that is not offered`() async throws {
        let test = try await TestStore()
        let made = try await test.store.create(TokenDraft(service: "github", name: "x")).token
        let record = try await test.loader { _ in nil }.record(for: made.id)
        #expect(record?.service == "github")
        #expect(record?.secrets().isEmpty == true)
    }

    @Test func `a moved secret is an error`() async throws {
        let test = try await TestStore()
        let first = try await test.store.create(TokenDraft(service: "github", name: "x")).token
        let second = try await test.store.create(TokenDraft(service: "github", name: "y")).token
        try await test.database.query(
            "UPDATE token SET secret = (SELECT secret FROM token WHERE public_id = $1) WHERE public_id = $2",
            [.text("\(first.id)"), .text("\(second.id)")])
        let loader = test.loader()
        #expect(try await loader.record(for: first.id) != nil)
        await #expect(throws: KeyRing.Failure.notAuthentic(column: "token.secret")) {
            try await loader.record(for: second.id)
        }
    }
}

struct OneHeader: WebhookHeaders {
    let name: String
    let value: String

    func count(of name: String) -> Int { name == self.name ? 1 : 0 }

    func first(_ name: String) -> ArraySlice<UInt8>? { name == self.name ? Array(value.utf8)[...] : nil }
}
