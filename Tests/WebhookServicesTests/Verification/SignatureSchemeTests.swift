import Cryptography
import Encodings
import Testing
import WebhookServices

/// Services as data: how the table of services says that they sign.
@Suite struct SignatureSchemeTests {
    static let body = Array(#"{"action":"created"}"#.utf8)

    func verify(_ scheme: SignatureScheme, _ headers: HeaderList, at now: Int64 = testTime) throws -> Verification {
        let secrets = [try scheme.prepare(secret: Array("secret".utf8))]
        return scheme.verify(headers, body: Self.body[...], at: now, secrets: secrets)
    }

    @Test(arguments: [
        SignatureScheme(header: "x-gitea-signature"),
        SignatureScheme(header: "x-pagure-signature-256"),
        SignatureScheme(header: "sentry-hook-signature"),
        SignatureScheme(header: "x-hub-signature", prefix: "sha256="),
    ])
    func `body signed in hex`(_ scheme: SignatureScheme) throws {
        let code = try hexCode("secret", Self.body)
        let headers = HeaderList(dictionaryLiteral: (scheme.header, scheme.prefix + code))
        #expect(try verify(scheme, headers) == .verified(index: 0))
        #expect(try verify(scheme, headers.setting(scheme.header, scheme.prefix + code.uppercased())).isVerified)
        #expect(try verify(scheme, headers.setting(scheme.header, "sha1=" + code)) == .mismatch)
        #expect(try verify(scheme, headers.setting(scheme.header, scheme.prefix)) == .mismatch)
        #expect(try verify(scheme, HeaderList()) == .missing)
    }

    @Test func `a fraction of a second is not signed`() throws {
        // Weblate: the header is a float, and its floor is what is signed.
        let scheme = SignatureScheme(
            header: "webhook-signature",
            parts: [.header("webhook-id"), .literal("."), .timestamp, .literal("."), .body],
            encoding: .base64, prefix: "v1,", listSeparator: " ",
            timestamp: .init(header: "webhook-timestamp", allowsFraction: true))
        let key = try HMACSHA256Key(Array("secret".utf8))
        let signed = Array("id.\(testTime).".utf8) + Self.body
        let signature = "v1," + Base64.encode(key.authenticationCode(for: signed[...]))
        let headers: HeaderList = [
            "webhook-id": "id", "webhook-timestamp": "\(testTime).987", "webhook-signature": signature,
        ]
        #expect(try verify(scheme, headers) == .verified(index: 0))
        #expect(try verify(scheme, headers.setting("webhook-timestamp", "\(testTime)")).isVerified)
        for text in ["\(testTime).x", "\(testTime)e0", ".5", "\(testTime) ", "\(testTime),5"] {
            #expect(try verify(scheme, headers.setting("webhook-timestamp", text)) == .mismatch)
        }
        #expect(try verify(scheme, headers, at: testTime + 301) == .mismatch)
    }

    @Test func `literals and headers are signed`() throws {
        let scheme = SignatureScheme(
            header: "x-signature", parts: [.literal("v0:"), .header("x-time"), .literal(":"), .body], prefix: "v0=")
        let key = try HMACSHA256Key(Array("secret".utf8))
        let code = Hex.encode(key.authenticationCode(for: (Array("v0:12:".utf8) + Self.body)[...]))
        let headers: HeaderList = ["x-time": "12", "x-signature": "v0=" + code]
        #expect(try verify(scheme, headers).isVerified)
        #expect(try verify(scheme, headers.setting("x-time", "13")) == .mismatch)
        #expect(try verify(scheme, headers.setting("x-time", "12:")) == .mismatch)
        #expect(try verify(scheme, headers.setting("x-signature", "v1=" + code)) == .mismatch)
    }
}
