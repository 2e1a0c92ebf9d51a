import Database
import Testing

@testable import Gateway

@Suite struct CookieTests {
    private let secure = CookiePolicy(baseURL: "https://hooks.example.org")
    private let plain = CookiePolicy(baseURL: "http://127.0.0.1:8080")
    private let now = UnixTime(milliseconds: 1_795_455_986_000)

    @Test func `marks`() {
        #expect(
            secure.set("w2f", "abc", maxAge: .seconds(60))
                == .init("Set-Cookie", "__Host-w2f=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"))
        #expect(
            plain.set("w2f", "abc", maxAge: .seconds(60))
                == .init("Set-Cookie", "w2f=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"))
        #expect(
            secure.delete("w2f")
                == .init("Set-Cookie", "__Host-w2f=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"))
    }

    @Test func `reading`() throws {
        let head = try TestHead.get("Cookie: a=b; __Host-w2f=x=y;c", "Cookie: w2f=z; __Host-w2f-login-1=q")
        #expect(secure.value(of: "w2f", in: head) == "x=y")
        #expect(plain.value(of: "w2f", in: head) == "z")
        #expect(secure.value(of: "none", in: head) == nil)
        #expect(secure.names(from: "w2f-login-", in: head) == ["w2f-login-1"])
    }

    /// Which of two is ours cannot be told: a neighbouring host may have planted one.
    @Test func `two of a name are none`() throws {
        #expect(plain.value(of: "w2f", in: try TestHead.get("Cookie: w2f=a; w2f=b")) == nil)
    }

    private func sealed(_ seed: UInt8 = 1) throws -> SealedCookie {
        SealedCookie(keys: try KeyRing(TestStore.key(seed)), policy: plain)
    }

    private func text(_ cookie: SealedCookie, _ name: String = "flash") throws -> String {
        let field = try cookie.set(name, Array("saved".utf8), lifetime: .seconds(60), now: now).value
        return String(field.prefix { $0 != ";" })
    }

    @Test func `sealed values come back`() throws {
        let cookie = try sealed()
        let head = try TestHead.get("Cookie: \(text(cookie))")
        #expect(cookie.value(of: "flash", in: head, now: now) == Array("saved".utf8))
        #expect(cookie.value(of: "flash", in: head, now: now.advanced(by: .seconds(59))) != nil)
        #expect(cookie.value(of: "flash", in: head, now: now.advanced(by: .seconds(60))) == nil)
    }

    @Test func `sealed values of others do not`() throws {
        let cookie = try sealed()
        let good = try text(cookie)
        let renamed = "flash=" + (try text(cookie, "other").drop { $0 != "=" }.dropFirst())
        let changed = String(good.dropLast()) + (good.hasSuffix("A") ? "B" : "A")
        for bad in [renamed, changed, "flash=", "flash=%%%", try text(sealed(2)), String(good.dropLast(10))] {
            #expect(cookie.value(of: "flash", in: try TestHead.get("Cookie: \(bad)"), now: now) == nil)
        }
    }

    @Test func `sealed values are bounded`() throws {
        #expect(throws: (any Error).self) {
            try sealed().set("x", [UInt8](repeating: 0, count: 2601), lifetime: .seconds(1), now: now)
        }
    }
}
