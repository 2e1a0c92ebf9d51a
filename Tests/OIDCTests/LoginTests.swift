import Encodings
import Testing

@testable import OIDC

@Suite struct LoginTests {
    @Test func `a login as ipsilon does it`() async throws {
        let test = TestParty()
        let login = try await test.login()
        #expect(
            login.identity
                == Identity(subject: "alice", account: "alice", name: "Alice Example", groups: ["packager", "alice"]))
        #expect(login.authenticatedAt == ScriptedProvider.start)
        #expect(login.credentials.accessToken == "access-1")
        #expect(login.credentials.refreshToken == "refresh-1")
        #expect(login.credentials.accessExpiry == test.now + 3600)
        #expect("\(login.credentials)" == "credentials")
        #expect(await test.provider.requests.map(\.endpoint) == [.discovery, .token, .keys, .userInfo])
        #expect(
            await test.provider.requests[0].url == "https://id.example.org/openidc/.well-known/openid-configuration")
    }

    @Test func `the authorization request`() async throws {
        let test = TestParty()
        let attempt = try test.attempt(maxAge: 3600)
        let url = try await test.party.authorizationURL(for: attempt)
        let parts = url.split(separator: "?")
        #expect(parts[0] == "https://id.example.org/openidc/Authorization")
        let fields = try #require(FormDecoder.decode(parts[1].utf8)).map { "\($0.name)=\($0.value)" }
        #expect(
            fields == [
                "response_type=code", "client_id=w2fm", "redirect_uri=https://hooks.example.org/login/callback",
                "scope=openid profile email https://id.fedoraproject.org/scope/groups "
                    + "https://id.fedoraproject.org/scope/agreements", "state=\(attempt.state)",
                "nonce=\(attempt.nonce)", "code_challenge=\(PKCE.challenge(of: attempt.verifier))",
                "code_challenge_method=S256", "max_age=3600", "prompt=login",
            ])
        #expect(attempt.verifier.utf8.count == 43)
        #expect(!url.contains(attempt.verifier))
    }

    /// RFC 7636 appendix B.
    @Test func `pkce as published`() {
        #expect(
            PKCE.challenge(of: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
                == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    }

    @Test func `an authorization endpoint with a query keeps it`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.metadata["authorization_endpoint"] = "https://id.example.org/a?tenant=1" }
        #expect(
            try await test.party.authorizationURL(for: test.attempt()).hasPrefix(
                "https://id.example.org/a?tenant=1&response_type=code&"))
    }

    @Test func `the secret as basic credentials`() async throws {
        let test = TestParty { $0.clientAuthentication = .basic }
        _ = try await test.login()
    }

    @Test func `a public client shows no secret`() async throws {
        let test = TestParty {
            $0.clientAuthentication = .none
            $0.clientID = "public"
        }
        await test.provider.bend { provider in
            provider.changeClaims = {
                $0["aud"] = "public"
                $0["azp"] = "public"
            }
        }
        _ = try await test.login()
    }

    @Test func `the wrong secret`() async throws {
        let test = TestParty { $0.clientSecret = "wrong" }
        #expect(try await test.failure() == .tokenRefused(code: "invalid_client"))
    }

    @Test(arguments: SigningAlgorithm.allCases)
    func `every algorithm that is accepted`(algorithm: SigningAlgorithm) async throws {
        let key = TestKey(pair: KeyPair(algorithm), identifier: "key", algorithm: algorithm)
        let test = TestParty { $0.algorithms = [algorithm] }
        await test.provider.bend {
            $0.signer = key
            $0.keys = [key.publicKey()]
        }
        _ = try await test.login()
    }

    // MARK: The callback

    @Test func `a state of another login`() async throws {
        let test = TestParty()
        let (mine, other) = (try test.attempt(), try test.attempt())
        let query = try await test.provider.authorize(try await test.party.authorizationURL(for: other))
        await #expect(throws: OIDCError.stateMismatch) {
            try await test.party.login(LoginCallback(query: query.utf8), attempt: mine)
        }
        #expect(await test.provider.count(.token) == 0, "the code was not spent on it")
    }

    @Test func `a code of another login`() async throws {
        // The attacker's code with the victim's state: PKCE tells.
        let test = TestParty()
        let (mine, other) = (try test.attempt(), try test.attempt())
        let query = try await test.provider.authorize(try await test.party.authorizationURL(for: other))
        _ = try await test.provider.authorize(try await test.party.authorizationURL(for: mine))
        let mixed = "\(query.split(separator: "&")[0])&state=\(mine.state)"
        await #expect(throws: OIDCError.tokenRefused(code: "invalid_grant")) {
            try await test.party.login(LoginCallback(query: mixed.utf8), attempt: mine)
        }
    }

    @Test func `a code used twice`() async throws {
        let test = TestParty()
        let attempt = try test.attempt()
        let query = try await test.provider.authorize(try await test.party.authorizationURL(for: attempt))
        _ = try await test.party.login(LoginCallback(query: query.utf8), attempt: attempt)
        await #expect(throws: OIDCError.tokenRefused(code: "invalid_grant")) {
            try await test.party.login(LoginCallback(query: query.utf8), attempt: attempt)
        }
    }

    @Test func `the person said no`() async throws {
        let test = TestParty()
        let attempt = try test.attempt()
        let query = "error=access_denied&error_description=%3Cscript%3E&state=\(attempt.state)"
        await #expect(throws: OIDCError.refused(code: "access_denied")) {
            try await test.party.login(LoginCallback(query: query.utf8), attempt: attempt)
        }
    }

    @Test(arguments: ["https://id.example.org/openidc/", "https://evil.example.org/", "https://id.example.org/openidc"])
    func `the issuer in the callback`(issuer: String) async throws {
        let test = TestParty()
        let attempt = try test.attempt()
        let query = try await test.provider.authorize(try await test.party.authorizationURL(for: attempt))
        let callback = try LoginCallback(query: "\(query)&iss=\(PercentEncoding.encode(issuer))".utf8)
        if issuer == ScriptedProvider.issuer {
            _ = try await test.party.login(callback, attempt: attempt)
        } else {
            await #expect(throws: OIDCError.callbackIssuerMismatch) {
                try await test.party.login(callback, attempt: attempt)
            }
        }
    }

    @Test func `an issuer that is promised must come`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.metadata["authorization_response_iss_parameter_supported"] = true }
        #expect(try await test.failure() == .callbackIssuerMismatch)
    }

    @Test(arguments: [
        "", "code=a", "state=&code=a", "state=a", "state=a&code=", "state=a&code=b&code=c", "state=a&state=b&code=c",
        "state=a&code=b&error=c", "state=a&code=%zz", "state=a&code=%00", "state=a&code=b&iss=c&iss=d",
        "state=%ff&code=a",
        "state=a&code=" + String(repeating: "x", count: 9000),
    ])
    func `callbacks that are none`(query: String) {
        #expect(throws: OIDCError.self) { try LoginCallback(query: query.utf8) }
    }

    @Test func `an attempt survives its cookie`() throws {
        for maxAge in [nil, 3600] as [Int64?] {
            let attempt = try LoginAttempt(returnAddress: "/tokens?x=1&y=%20", maxAge: maxAge, startedAt: 17)
            #expect(LoginAttempt(bytes: attempt.bytes) == attempt)
        }
        #expect(LoginAttempt(bytes: []) == nil)
        #expect(LoginAttempt(bytes: Array("2\u{0}a\u{0}b\u{0}c\u{0}1\u{0}\u{0}/".utf8)) == nil)
    }

    // MARK: Logging out

    @Test func `the providers logout`() async throws {
        let test = TestParty { $0.postLogoutRedirectURI = "https://hooks.example.org/" }
        #expect(await test.party.logoutURL(for: nil) == nil)
        let other = TestParty { $0.postLogoutRedirectURI = "https://hooks.example.org/" }
        await other.provider.bend { $0.metadata["end_session_endpoint"] = "https://id.example.org/end" }
        let login = try await other.login()
        let token = try #require(login.credentials.idToken)
        #expect(
            await other.party.logoutURL(for: login.credentials)
                == "https://id.example.org/end?client_id=w2fm&id_token_hint=\(token)"
                + "&post_logout_redirect_uri=https%3A%2F%2Fhooks.example.org%2F")
    }
}
