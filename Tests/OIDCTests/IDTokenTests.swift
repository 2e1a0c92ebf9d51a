import Cryptography
import Encodings
import Testing

@testable import OIDC

/// What the OpenID conformance suite asks of relying parties about ID tokens, and more of the kind.
@Suite struct IDTokenTests {
    struct Scenario: Sendable, CustomTestStringConvertible {
        let name: String
        let fault: IDTokenFault?
        let change: @Sendable (inout [String: JSONValue]) -> Void

        init(_ name: String, _ fault: IDTokenFault?, _ change: @escaping @Sendable (inout [String: JSONValue]) -> Void)
        {
            self.name = name
            self.fault = fault
            self.change = change
        }

        var testDescription: String { name }
    }

    private static let start = Double(ScriptedProvider.start)

    static let claims: [Scenario] = [
        Scenario("another issuer", .issuer) { $0["iss"] = "https://evil.example.org/" },
        Scenario("the issuer as configured, not as in the document", .issuer) {
            $0["iss"] = "https://id.example.org/openidc"
        },
        Scenario("no issuer", .issuer) { $0["iss"] = nil },
        Scenario("another audience", .audience) { $0["aud"] = "other" },
        Scenario("no audience", .audience) { $0["aud"] = nil },
        Scenario("an empty list", .audience) { $0["aud"] = [] },
        Scenario("a list of other things", .audience) { $0["aud"] = ["w2fm", 3] },
        Scenario("a list with us alone", nil) { $0["aud"] = ["w2fm"] },
        Scenario("a list with us alone, without azp", nil) {
            $0["aud"] = ["w2fm"]
            $0["azp"] = nil
        },
        Scenario("a list with others, and us as azp", nil) { $0["aud"] = ["other", "w2fm"] },
        Scenario("a list with others, without azp", .authorizedParty) {
            $0["aud"] = ["w2fm", "other"]
            $0["azp"] = nil
        },
        Scenario("another azp", .authorizedParty) { $0["azp"] = "other" },
        Scenario("an azp that is no text", .authorizedParty) { $0["azp"] = ["w2fm"] },
        Scenario("over", .expired) { $0["exp"] = .number(start - 61) },
        Scenario("over, but within the skew", nil) { $0["exp"] = .number(start - 59) },
        Scenario("without end", .noExpiry) { $0["exp"] = nil },
        Scenario("an end in words", .noExpiry) { $0["exp"] = "1795456586" },
        Scenario("an end beyond all numbers", .noExpiry) { $0["exp"] = .number(1e300) },
        Scenario("without a beginning", .noIssueTime) { $0["iat"] = nil },
        Scenario("made in the future", .notYetValid) { $0["iat"] = .number(start + 61) },
        Scenario("made in the future, but within the skew", nil) { $0["iat"] = .number(start + 59) },
        Scenario("not valid yet", .notYetValid) { $0["nbf"] = .number(start + 61) },
        Scenario("valid by now", nil) { $0["nbf"] = .number(start - 1) },
        Scenario("nbf in words", .notYetValid) { $0["nbf"] = "now" },
        Scenario("another nonce", .nonce) { $0["nonce"] = "other" },
        Scenario("no nonce", .nonce) { $0["nonce"] = nil },
        Scenario("another code's hash", .codeHash) { $0["c_hash"] = .string(SigningAlgorithm.rs256.halfHash(of: "x")) },
        Scenario("no code's hash", nil) { $0["c_hash"] = nil },
        Scenario("the right access token's hash", nil) {
            $0["at_hash"] = .string(SigningAlgorithm.rs256.halfHash(of: "access-1"))
        },
        Scenario("another access token's hash", .accessTokenHash) {
            $0["at_hash"] = .string(SigningAlgorithm.rs256.halfHash(of: "access-2"))
        },
        Scenario("a hash that is no text", .accessTokenHash) { $0["at_hash"] = 1 },
        Scenario("no subject", .subject) { $0["sub"] = nil },
        Scenario("an empty subject", .subject) { $0["sub"] = "" },
        Scenario("a subject without end", .subject) { $0["sub"] = .string(String(repeating: "a", count: 256)) },
        Scenario("a login time with a fraction", nil) { $0["auth_time"] = .number(start - 0.5) },
        Scenario("a login before the year 0", .authenticationTime) { $0["auth_time"] = -62_300_000_000 },
        Scenario("a login before 1970", .authenticationTime) { $0["auth_time"] = -1 },
        Scenario("a login after 9999", .authenticationTime) { $0["auth_time"] = 253_402_300_800 },
        Scenario("a login at the first of all times", nil) { $0["auth_time"] = 0 },
        Scenario("a login time that is none", nil) { $0["auth_time"] = .null },
        Scenario("good until after 9999", .noExpiry) { $0["exp"] = 253_402_300_800 },
        Scenario("good until 9999", nil) { $0["exp"] = 253_402_300_799 },
        Scenario("issued before 1970", .noIssueTime) { $0["iat"] = -1 },
        Scenario("valid since before 1970", .notYetValid) { $0["nbf"] = -62_300_000_000 },
    ]

    @Test(arguments: claims)
    func `the claims`(scenario: Scenario) async throws {
        let test = TestParty()
        await test.provider.bend { $0.changeClaims = scenario.change }
        #expect(try await test.failure() == scenario.fault.map { .idToken($0) })
    }

    static let headers: [Scenario] = [
        Scenario("alg none", .algorithm) { $0["alg"] = "none" },
        Scenario("no alg", .algorithm) { $0["alg"] = nil },
        Scenario("HS256", .algorithm) { $0["alg"] = "HS256" },
        Scenario("an algorithm that was not agreed upon", .algorithm) { $0["alg"] = "RS512" },
        Scenario("another case", .algorithm) { $0["alg"] = "rs256" },
        Scenario("something critical", .critical) { $0["crit"] = ["exp"] },
        Scenario("a key that is not in the set", .unknownKey) { $0["kid"] = "other" },
        Scenario("keys of the token's own", nil) {
            $0["jwk"] = TestKey.second.publicKey()
            $0["jku"] = "https://evil.example.org/keys"
        },
    ]

    @Test(arguments: headers)
    func `the header`(scenario: Scenario) async throws {
        let test = TestParty()
        await test.provider.bend { $0.changeHeader = scenario.change }
        #expect(try await test.failure() == scenario.fault.map { .idToken($0) })
    }

    /// `alg: none` with an empty signature, as the attack has it.
    @Test func `no signature at all`() async throws {
        let test = TestParty()
        await test.provider.bend {
            $0.changeHeader = { $0["alg"] = "none" }
            $0.changeSignature = { signature, _ in signature = [] }
        }
        #expect(try await test.failure() == .idToken(.algorithm))
    }

    /// The public key taken for a secret.
    @Test func `signed with the public key as secret`() async throws {
        let test = TestParty()
        await test.provider.bend {
            $0.changeHeader = { $0["alg"] = "HS256" }
            $0.changeSignature = { signature, input in
                let secret = Array(Base64.encodeURLSafe(TestKey.first.pair.publicParts["n"] ?? []).utf8)
                signature = (try? HMACSHA256Key(secret).authenticationCode(for: input[...])) ?? []
            }
        }
        #expect(try await test.failure() == .idToken(.algorithm))
    }

    @Test func `a wrong signature`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.changeSignature = { signature, _ in signature[10] ^= 1 } }
        #expect(try await test.failure() == .idToken(.signature))
    }

    @Test func `another key under the same name`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.signer = TestKey.second.named("key-1") }
        #expect(try await test.failure() == .idToken(.signature))
    }

    @Test(arguments: ["", ".", "..", "a.b", "a.b.c", "a.b.c.d.e", "!.!.!", "e30.e30.e30", "bnVsbA.bnVsbA.bnVsbA"])
    func `tokens that are none`(text: String) {
        #expect(throws: OIDCError.self) { try IDToken(text, algorithms: [.rs256]) }
    }

    // MARK: Keys

    @Test func `without name and one key`() async throws {
        let test = TestParty()
        await test.provider.bend {
            $0.signer = TestKey.first.named(nil)
            $0.keys = [TestKey.first.named(nil).publicKey(), TestKey.second.publicKey(use: "enc")]
        }
        _ = try await test.login()
    }

    @Test func `without name and several keys`() async throws {
        let test = TestParty()
        await test.provider.bend {
            $0.signer = TestKey.first.named(nil)
            $0.keys = [TestKey.first.publicKey(), TestKey.second.publicKey()]
        }
        #expect(try await test.failure() == .idToken(.ambiguousKey))
    }

    @Test func `several keys of one name`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.keys = [TestKey.first.publicKey(), TestKey.second.named("key-1").publicKey()] }
        #expect(try await test.failure() == .idToken(.ambiguousKey))
    }

    @Test func `keys of other kinds are passed over`() async throws {
        let test = TestParty()
        await test.provider.bend {
            $0.keys = [
                "no key", ["kty": "XYZ", "kid": "key-1"], ["kty": "oct", "kid": "key-1", "k": "c2VjcmV0"],
                TestKey.first.publicKey(algorithm: "RS256"), ["kty": "EC", "kid": "key-1", "crv": "P-256"],
            ]
        }
        _ = try await test.login()
    }

    @Test func `a key for something else`() async throws {
        for key in [TestKey.first.publicKey(use: "enc"), TestKey.first.publicKey(algorithm: "RS512")] {
            let test = TestParty()
            await test.provider.bend { $0.keys = [key] }
            #expect(try await test.failure() == .idToken(.unknownKey))
        }
    }

    @Test func `the provider changes its key`() async throws {
        let test = TestParty()
        _ = try await test.login()
        test.wait(61)
        await test.provider.bend {
            $0.signer = TestKey.second
            $0.keys = [TestKey.second.publicKey()]
        }
        _ = try await test.login()
        #expect(await test.provider.count(.keys) == 2)
    }

    @Test func `the provider changes its key under the same name`() async throws {
        let test = TestParty()
        _ = try await test.login()
        test.wait(61)
        await test.provider.bend {
            $0.signer = TestKey.second.named("key-1")
            $0.keys = [TestKey.second.named("key-1").publicKey()]
        }
        _ = try await test.login()
        #expect(await test.provider.count(.keys) == 2)
    }

    @Test func `unknown keys ask for the set once a minute`() async throws {
        let test = TestParty()
        _ = try await test.login()
        await test.provider.bend { $0.changeHeader = { $0["kid"] = "unknown" } }
        for _ in 0..<5 { #expect(try await test.failure() == .idToken(.unknownKey)) }
        #expect(await test.provider.count(.keys) == 1)
        test.wait(60)
        for _ in 0..<5 { #expect(try await test.failure() == .idToken(.unknownKey)) }
        #expect(await test.provider.count(.keys) == 2)
    }

    // MARK: Numbers of any size

    @Test func `extreme numbers`() async throws {
        let numbers: [JSONValue] = [
            0, -1, .number(Double(Int64.min)), .number(Double(Int64.max)), .number(0x1p63), .number(0x1p64),
            .number(1e39), .number(-1e39), .number(1e308), .number(1e15), .number(-1e15), .null, "x", "1795455986",
            .string(String(repeating: "9", count: 40)), .string("9223372036854775807"), .array([]), .object([:]), true,
        ]
        for number in numbers {
            for name in ["exp", "iat", "nbf", "auth_time"] {
                for maxAge in [nil, 0, 3600] as [Int64?] {
                    let test = TestParty()
                    await test.provider.bend { $0.changeClaims = { $0[name] = number } }
                    do {
                        let login = try await test.login(maxAge: maxAge)
                        // A login time is one that can be, or none.
                        #expect((login.authenticatedAt ?? 0) <= test.now + 60)
                    } catch let error as OIDCError {
                        guard case .idToken = error else { throw error }
                    }
                }
            }
            let test = TestParty()
            await test.provider.bend { $0.changeGrant = { $0["expires_in"] = number } }
            let credentials = try await test.login().credentials
            #expect((0...TokenGrant.maximumLifetime).contains((credentials.accessExpiry ?? test.now) - test.now))
            _ = await test.party.refresh(subject: "alice", credentials)
        }
        for maxAge in [Int64.min, .min + 1, -1, 0, .max - 1, .max] {
            let test = TestParty()
            do {
                _ = try await test.login(maxAge: maxAge)
            } catch let error as OIDCError {
                guard case .idToken = error else { throw error }
            }
        }
        for text in ["9223372036854775808", String(repeating: "9", count: 40), "-1e999", "1e999"] {
            _ = JSONValue.object(in: Array("{\"exp\": \(text)}".utf8))?["exp"]?.seconds
        }
        for started in ["", "x", "9223372036854775808", String(repeating: "9", count: 40)] {
            #expect(LoginAttempt(bytes: Array("1\0s\0n\0v\0\(started)\03600\0/".utf8)) == nil)
        }
    }

    @Test func `a login time in the future is none`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.changeClaims = { $0["auth_time"] = .number(Self.start + 61) } }
        #expect(try await test.login().authenticatedAt == nil)
        #expect(try await test.failure(maxAge: 3600) == .idToken(.authenticationTime))
        await test.provider.bend { $0.changeClaims = { $0["auth_time"] = .number(Self.start + 60) } }
        #expect(try await test.login(maxAge: 3600).authenticatedAt != nil)
    }

    // MARK: A fresh login

    @Test func `a fresh login is checked`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.changeClaims = { $0["auth_time"] = .number(Self.start - 4000) } }
        #expect(try await test.failure(maxAge: 3600) == .idToken(.authenticationTime))
        #expect(try await test.failure() == nil)
        await test.provider.bend { $0.changeClaims = { $0["auth_time"] = nil } }
        #expect(try await test.failure(maxAge: 3600) == .idToken(.noAuthenticationTime))
        #expect(try await test.login().authenticatedAt == nil)
        await test.provider.bend { $0.changeClaims = { $0["auth_time"] = .number(Self.start - 3600) } }
        #expect(try await test.failure(maxAge: 3600) == nil)
    }
}
