import Testing

@testable import Gateway

@Suite struct ReturnAddressTests {
    @Test(arguments: [
        "/", "/tokens", "/tokens/abc?x=1&y=%2F%2Fevil.example.org", "/tokens?next=https://evil.example.org/", "/a//b",
        "/loginx", "/@evil.example.org", "/.//x",
    ])
    func `addresses here`(text: String) {
        #expect(ReturnAddress(text).path == text)
    }

    @Test(arguments: [
        nil, "", "tokens", "//evil.example.org", "///evil.example.org", "/\\evil.example.org", "\\/evil.example.org",
        "/\t/evil.example.org", "/\n/evil.example.org", "/ /evil.example.org", " /x", "https://evil.example.org/",
        "https:/evil.example.org", "javascript:alert(1)", "/x\r\nSet-Cookie: a=b", "/é", "/x\u{0}", "/x#y", "/x\\y",
        "/login", "/login?next=/x", "/login/callback?code=x", "/logout", "/" + String(repeating: "x", count: 2048),
    ])
    func `addresses elsewhere`(text: String?) {
        #expect(ReturnAddress(text) == .home)
    }

    @Test func `the way to the login`() {
        #expect(ReturnAddress("/").login() == "/login")
        #expect(ReturnAddress("/").login(fresh: true) == "/login?fresh=1")
        #expect(ReturnAddress("/tokens?a=b&c=d").login() == "/login?next=%2Ftokens%3Fa%3Db%26c%3Dd")
        #expect(ReturnAddress("/admin").login(fresh: true) == "/login?next=%2Fadmin&fresh=1")
    }
}
