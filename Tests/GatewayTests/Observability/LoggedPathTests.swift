import Testing

@testable import Gateway

@Suite struct LoggedPathTests {
    private static let id = "01h2xcejqtf2nbrexx3vqjhp41"

    @Test(arguments: [
        ("/quay/\(id)", "/quay/01h2xc…"), ("/quay/\(id)/", "/quay/01h2xc…/"), ("//quay//\(id)", "//quay//01h2xc…"),
        ("/\(id)", "/01h2xc…"), ("/tokens/\(id)/settings", "/tokens/01h2xc…/settings"),
        // Mistyped, or escaped: still the most of it.
        ("/quay/\(id.dropLast(3))", "/quay/01h2xc…"), ("/quay/%30\(id.dropFirst())", "/quay/%301h2…"),
        ("/api/v1/messages/6ba7b810-9dad-11d1-80b4-00c04fd430c8", "/api/v1/messages/6ba7b8…"),
        ("/github", "/github"), ("/", "/"), ("-", "-"), ("/schemas/quay.push", "/schemas/quay.push"),
    ])
    func `no whole id is logged`(path: String, logged: String) {
        #expect(LoggedPath.of(path) == logged)
    }

    @Test func `an id is logged by the same characters`() throws {
        let id = try #require(TokenID(Self.id))
        #expect("/quay/\(id.logged)" == LoggedPath.of("/quay/\(id)"))
    }
}
