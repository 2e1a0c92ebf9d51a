import HTTPServer
import Testing

@testable import Gateway

struct SecurityHeadersTests {
    private func fields(isSecure: Bool) -> [String: String] {
        Dictionary(
            SecurityHeaders.fields(isSecure: isSecure).map { ($0.name.lowercased(), $0.value) },
            uniquingKeysWith: { first, _ in first })
    }

    @Test func `nothing inline and nothing from elsewhere`() throws {
        let policy = try #require(fields(isSecure: true)["content-security-policy"])
        #expect(!policy.contains("unsafe"))
        #expect(!policy.contains("http"))
        for part in [
            "default-src 'none'", "script-src 'self'", "form-action 'self'", "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            #expect(policy.contains(part))
        }
    }

    @Test func `only HTTPS promises HTTPS`() {
        #expect(fields(isSecure: true)["strict-transport-security"] != nil)
        #expect(fields(isSecure: false)["strict-transport-security"] == nil)
        #expect(fields(isSecure: false)["x-content-type-options"] == "nosniff")
        #expect(fields(isSecure: false)["referrer-policy"] == "no-referrer")
        #expect(fields(isSecure: false)["x-frame-options"] == "DENY")
    }
}
