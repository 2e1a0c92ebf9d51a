import Cryptography
import Encodings
import Testing
import WebhookServices

/// Standard Webhooks 1.0, by the data-driven verifier.
@Suite struct StandardWebhooksTests {
    let scheme = SignatureScheme.standardWebhooks
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let time: Int64 = 1_614_265_330
    static let body = #"{"test": 2432232314}"#
    static let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    static let headers: HeaderList = [
        "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "Webhook-Timestamp": "1614265330",
        "Webhook-Signature": signature,
    ]

    func verify(_ headers: HeaderList, _ body: String = body, at now: Int64 = time) throws -> Verification {
        let secrets = [try scheme.prepare(secret: Array(Self.secret.utf8))]
        return scheme.verify(headers, body: Array(body.utf8)[...], at: now, secrets: secrets)
    }

    @Test func `the vector`() throws {
        let verified = Verification.verified(index: 0)
        #expect(try verify(Self.headers) == verified)
        let bare = [try scheme.prepare(secret: Array("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".utf8))]
        #expect(scheme.verify(Self.headers, body: Array(Self.body.utf8)[...], at: Self.time, secrets: bare) == verified)
    }

    @Test func `the clock`() throws {
        for offset in [-300, -1, 1, 300] as [Int64] {
            #expect(try verify(Self.headers, at: Self.time + offset).isVerified)
        }
        for offset in [-301, 301, 86_400, -Self.time] as [Int64] {
            #expect(try verify(Self.headers, at: Self.time + offset) == .mismatch)
        }
        for text in ["", "x", "-1614265330", "+1614265330", "1614265330.0", "1614265330 ", "0x60", "16142653300000"] {
            #expect(try verify(Self.headers.setting("webhook-timestamp", text)) == .mismatch)
        }
    }

    @Test func `everything that is signed counts`() throws {
        #expect(try verify(Self.headers, Self.body + " ") == .mismatch)
        #expect(try verify(Self.headers.setting("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJeK")) == .mismatch)
        #expect(try verify(Self.headers.setting("webhook-timestamp", "1614265331")) == .mismatch)
        for name in ["webhook-id", "webhook-timestamp"] {
            #expect(try verify(Self.headers.setting(name, nil)) == .mismatch)
            #expect(try verify(Self.headers.adding(name, "x")) == .mismatch)
        }
        #expect(try verify(Self.headers.setting("webhook-signature", nil)) == .missing)
        #expect(try verify(Self.headers.adding("webhook-signature", Self.signature)) == .mismatch)
    }

    @Test func `lists`() throws {
        let right = Self.signature
        let wrong = "v1," + Base64.encode([UInt8](repeating: 7, count: 32))
        for text in ["\(right) \(wrong)", "\(wrong) \(right)", "v2,abc \(right)", "v1a,x  \(right) ", "\(right) v1,"] {
            #expect(try verify(Self.headers.setting("webhook-signature", text)).isVerified, "\(text)")
        }
        let others = [
            "", " ", wrong, "v2" + right.dropFirst(2), "v1" + right.dropFirst(3), "v1,", "v1,v1", right + "x",
            "\(right),\(wrong)", "V1" + right.dropFirst(2), String(right.dropLast()), "v1a" + right.dropFirst(2),
            "v1,83484cf52b04f8e4cf2531adfed9882ad4b2665137b852442d594d20e2c9d4e1",
        ]
        for text in others {
            #expect(try verify(Self.headers.setting("webhook-signature", text)) == .mismatch, "\(text)")
        }
    }

    @Test func `a list is bounded`() throws {
        let wrong = Array(repeating: "v2,x", count: 15).joined(separator: " ")
        #expect(try verify(Self.headers.setting("webhook-signature", "\(wrong) \(Self.signature)")).isVerified)
        #expect(try verify(Self.headers.setting("webhook-signature", "v2,x \(wrong) \(Self.signature)")) == .mismatch)
    }

    @Test func `an id with a dot is rejected`() throws {
        // "a.1614265330" + "." + t + "." + body could be cut as id "a" and another time; so such an id never counts.
        let key = try HMACSHA256Key(try #require(Base64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")))
        for id in ["a.b", ".", "a.", ".a"] {
            let code = key.authenticationCode(for: Array("\(id).1614265330.\(Self.body)".utf8)[...])
            let headers = Self.headers.setting("webhook-id", id)
                .setting("webhook-signature", "v1," + Base64.encode(code))
            #expect(try verify(headers) == .mismatch)
        }
    }

    @Test(arguments: [
        "whsec_", "whsec_MfKQ", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "not base 64 at all",
        "whsec_whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ])
    func `secrets that are none`(_ secret: String) {
        #expect(throws: SecretError.self) { try scheme.prepare(secret: Array(secret.utf8)) }
    }

    @Test func `lengths of secrets`() throws {
        for (count, fits) in [(23, false), (24, true), (64, true), (65, false)] {
            let secret = Array(("whsec_" + Base64.encode([UInt8](repeating: 9, count: count))).utf8)
            #expect(((try? scheme.prepare(secret: secret)) != nil) == fits)
        }
        #expect(throws: SecretError.empty) { try scheme.prepare(secret: []) }
    }
}
