import Testing

@testable import Gateway

@Suite struct SessionIDTests {
    @Test func `an id comes back from its cookie`() throws {
        let keys = try KeyRing(TestStore.key())
        let id = try SessionID()
        let cookie = id.cookie(keys)
        #expect(cookie.utf8.count == 54)
        #expect(SessionID(cookie: cookie, keys: keys) == id)
        #expect("\(id)" == "a session id")
    }

    @Test func `made up ones do not`() throws {
        let keys = try KeyRing(TestStore.key())
        let cookie = try SessionID().cookie(keys)
        let others = [
            "", "x", String(cookie.dropLast()), cookie + "A", (cookie.hasPrefix("A") ? "B" : "A") + cookie.dropFirst(),
            String(cookie.dropLast(2)) + "AA", String(repeating: "A", count: 54),
        ]
        for other in others where other != cookie { #expect(SessionID(cookie: other, keys: keys) == nil, "\(other)") }
        #expect(SessionID(cookie: cookie, keys: try KeyRing(TestStore.key(2))) == nil)
    }

    @Test func `the form's token belongs to the session`() throws {
        let (first, second) = (try SessionID(), try SessionID())
        #expect(try first.csrfToken() == first.csrfToken())
        #expect(try first.csrfToken() != second.csrfToken())
        #expect(try first.csrfToken().utf8.count == 43)
        #expect(first.hash != second.hash)
    }
}
