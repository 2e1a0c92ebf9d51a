import Cryptography
import Encodings
import Testing

@testable import OIDC

/// Providers that answer oddly, wrongly or not at all.
@Suite struct ProviderAnswerTests {
    private static let html = ProviderResponse(status: 200, body: Array("<html><body>Error</body></html>".utf8))

    // MARK: Discovery

    @Test(arguments: [
        "https://evil.example.org/openidc", "https://id.example.org/openid", "https://id.example.org/openidc//",
        "HTTPS://id.example.org/openidc", "",
    ])
    func `a document of another issuer`(issuer: String) async throws {
        let test = TestParty()
        await test.provider.bend { $0.metadata["issuer"] = .string(issuer) }
        #expect(try await test.failure() == .issuerMismatch)
    }

    @Test(arguments: ["https://id.example.org/openidc", "https://id.example.org/openidc/"])
    func `a slash makes no difference`(issuer: String) async throws {
        let test = TestParty { $0.issuer = issuer }
        _ = try await test.login()
        #expect(
            await test.provider.requests[0].url == "https://id.example.org/openidc/.well-known/openid-configuration")
    }

    @Test(arguments: ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"])
    func `endpoints must be there and safe`(name: String) async throws {
        for value in [.null, "http://id.example.org/x", "/Token", "https://id.example.org/a b", "javascript:x", 3]
            as [JSONValue]
        {
            let test = TestParty()
            await test.provider.bend { $0.metadata[name] = value }
            guard case .malformed(.discovery, _) = try await test.failure() else {
                return #expect(Bool(false), "\(name): \(value)")
            }
        }
    }

    @Test func `a plain issuer may have plain endpoints`() throws {
        let response = ScriptedProvider.json([
            "issuer": "http://localhost:8099/openidc/", "authorization_endpoint": "http://localhost:8099/a",
            "token_endpoint": "http://localhost:8099/t", "userinfo_endpoint": "https://localhost/u",
            "jwks_uri": "http://localhost:8099/k", "end_session_endpoint": "nonsense",
        ])
        let metadata = try ProviderMetadata(response, configured: "http://localhost:8099/openidc")
        #expect(metadata.tokenEndpoint == "http://localhost:8099/t")
        #expect(metadata.endSessionEndpoint == nil)
    }

    @Test func `the document is kept and refreshed`() async throws {
        let test = TestParty()
        _ = try await test.login()
        _ = try await test.login()
        #expect(await test.provider.count(.discovery) == 1)
        #expect(await test.provider.count(.keys) == 1)
        test.wait(3600)
        await test.provider.bend { $0.changeClaims = { $0["exp"] = .number(Double(ScriptedProvider.start + 7200)) } }
        _ = try await test.login()
        #expect(await test.provider.count(.discovery) == 2)
        #expect(await test.provider.count(.keys) == 2)
    }

    @Test func `an old document is better than none`() async throws {
        let test = TestParty()
        _ = try await test.login()
        test.wait(3600)
        await test.provider.bend {
            $0.unreachable = [.discovery, .keys]
            $0.changeClaims = { $0["exp"] = .number(Double(ScriptedProvider.start + 7200)) }
        }
        _ = try await test.login()
        _ = try await test.login()
        #expect(await test.provider.count(.discovery) == 2, "not asked again so soon")
    }

    @Test(arguments: [OIDCError.Endpoint.discovery, .token, .keys, .userInfo])
    func `endpoints that do not answer`(endpoint: OIDCError.Endpoint) async throws {
        let test = TestParty()
        await test.provider.bend { $0.unreachable = [endpoint] }
        #expect(try await test.failure() == .unreachable(endpoint, reason: "scripted"))
        await test.provider.bend { $0.unreachable = [] }
        _ = try await test.login()
    }

    @Test(arguments: [OIDCError.Endpoint.discovery, .token, .keys, .userInfo])
    func `pages in their place`(endpoint: OIDCError.Endpoint) async throws {
        let test = TestParty()
        await test.provider.bend { $0.answers = [endpoint: Self.html] }
        guard case .malformed(endpoint, _) = try await test.failure() else {
            return #expect(Bool(false), "\(endpoint)")
        }
    }

    // MARK: The token endpoint

    @Test(arguments: [
        (200, "invalid_grant"), (400, "invalid_grant"), (200, "invalid_request"), (400, "invalid_client"),
        (401, "invalid_client"), (500, "server_error"),
    ])
    func `refusals`(status: Int, code: String) async throws {
        let test = TestParty()
        await test.provider.bend { $0.answers = [.token: ScriptedProvider.error(code, status: status)] }
        #expect(try await test.failure() == .tokenRefused(code: code))
    }

    /// What the provider says does not reach a log or a page as it is.
    @Test func `refusals in strange words`() async throws {
        let test = TestParty()
        let body = ScriptedProvider.json(["error": "<script>\nalert(1)"])
        await test.provider.bend { $0.answers = [.token: body] }
        #expect(try await test.failure() == .tokenRefused(code: "scriptalert1"))
        await test.provider.bend { $0.answers = [.token: ScriptedProvider.json(["error": ["x": 1]])] }
        #expect(try await test.failure() == .tokenRefused(code: "unnamed"))
    }

    @Test(arguments: ["access_token", "token_type", "id_token"])
    func `grants that lack something`(name: String) async throws {
        for value in [nil, .null, 1, "", "a b\r\nX: y"] as [JSONValue?] {
            let test = TestParty()
            await test.provider.bend { $0.changeGrant = { $0[name] = value } }
            #expect(try await test.failure() != nil, "\(name)")
        }
    }

    @Test func `bearer in small letters`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.changeGrant = { $0["token_type"] = "bearer" } }
        _ = try await test.login()
    }

    @Test func `an access token that never says when it ends`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.changeGrant = { $0["expires_in"] = nil } }
        #expect(try await test.login().credentials.accessExpiry == nil)
    }

    // MARK: UserInfo

    @Test func `another subject`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.userInfo["sub"] = "mallory" }
        #expect(try await test.failure() == .subjectMismatch)
        await test.provider.bend { $0.userInfo["sub"] = nil }
        #expect(try await test.failure() == .malformed(.userInfo, reason: "no sub"))
    }

    @Test func `which claim names the account`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.userInfo["preferred_username"] = nil }
        #expect(try await test.login().identity.account == "alice")
        await test.provider.bend { $0.userInfo["nickname"] = ["alice"] }
        #expect(try await test.failure() == .noAccountName, "never the subject, unless it is configured")
        let other = TestParty { $0.accountClaims = ["sub"] }
        #expect(try await other.login().identity.account == "alice")
    }

    @Test func `groups of all kinds`() async throws {
        let test = TestParty()
        await test.provider.bend {
            $0.userInfo["groups"] = ["a", 3, .null, "", "b", .string(String(repeating: "c", count: 300))]
        }
        #expect(try await test.login().identity.groups == ["a", "b"])
        await test.provider.bend { $0.userInfo["groups"] = "packager" }
        #expect(try await test.login().identity.groups == ["packager"])
        await test.provider.bend { $0.userInfo["groups"] = .array((0..<5000).map { .string("g\($0)") }) }
        #expect(try await test.login().identity.groups.count == 2000)
    }

    // MARK: Asking again

    private func credentials(_ test: TestParty) async throws -> Credentials {
        try await test.login().credentials
    }

    @Test func `a refresh by the access token`() async throws {
        let test = TestParty()
        let credentials = try await credentials(test)
        await test.provider.bend { $0.userInfo["groups"] = ["sysadmin"] }
        let outcome = await test.party.refresh(subject: "alice", credentials)
        let identity = Identity(subject: "alice", account: "alice", name: "Alice Example", groups: ["sysadmin"])
        #expect(outcome == .current(identity, credentials))
        #expect(await test.provider.count(.token) == 1)
    }

    @Test func `a refresh by the refresh token`() async throws {
        let test = TestParty()
        let old = try await credentials(test)
        test.wait(3600)
        guard case .current(_, let new) = await test.party.refresh(subject: "alice", old) else {
            return #expect(Bool(false))
        }
        #expect(new.accessToken == "access-1x")
        #expect(new.refreshToken == "refresh-1x")
        #expect(new.accessExpiry == test.now + 3600)
        #expect(new.idToken == old.idToken)
    }

    @Test func `an access token that ended before its time`() async throws {
        let test = TestParty()
        let old = try await credentials(test)
        await test.provider.bend { $0.accessToken = "access-2" }
        guard case .current(_, let new) = await test.party.refresh(subject: "alice", old) else {
            return #expect(Bool(false))
        }
        #expect(new.accessToken == "access-2x")
    }

    @Test func `a grant that is over`() async throws {
        let test = TestParty()
        let old = try await credentials(test)
        await test.provider.bend {
            $0.accessToken = "access-2"
            $0.refreshToken = "refresh-2"
        }
        #expect(await test.party.refresh(subject: "alice", old) == .ended(.tokenRefused(code: "invalid_grant")))
    }

    @Test func `a refresh that tells of somebody else`() async throws {
        let test = TestParty()
        let credentials = try await credentials(test)
        await test.provider.bend { $0.userInfo["sub"] = "mallory" }
        #expect(await test.party.refresh(subject: "alice", credentials) == .ended(.subjectMismatch))
    }

    @Test func `without a refresh token`() async throws {
        let test = TestParty()
        await test.provider.bend { $0.refreshToken = nil }
        let credentials = try await credentials(test)
        test.wait(3600)
        #expect(await test.party.refresh(subject: "alice", credentials) == .unavailable(.notRefreshable, credentials))
    }

    /// The old tokens are spent by then: the new ones must not be lost with the answer.
    @Test func `tokens are kept though user info fails`() async throws {
        let test = TestParty()
        let old = try await credentials(test)
        test.wait(3600)
        await test.provider.bend { $0.unreachable = [.userInfo] }
        let outcome = await test.party.refresh(subject: "alice", old)
        guard case .unavailable(.unreachable(.userInfo, _), let new) = outcome else {
            return #expect(Bool(false), "\(outcome)")
        }
        #expect(new.refreshToken == "refresh-1x")
        await test.provider.bend { $0.unreachable = [] }
        guard case .current = await test.party.refresh(subject: "alice", new) else { return #expect(Bool(false)) }
    }

    // MARK: What else providers do

    @Test func `groups in other shapes`() async throws {
        let shapes: [(JSONValue, [String])] = [
            ("packager", ["packager"]), ("packager infra,docs", ["packager", "infra", "docs"]),
            ("/packager", ["packager"]),
            (["/packager", "/guests/admins", "docs"], ["packager", "/guests/admins", "docs"]), ("", []), ([], []),
            (["a", 1, .null, "b"], ["a", "b"]), (["//a", "/"], ["//a", ""]), (3, []), (.null, []), ([:], []),
        ]
        for (claim, groups) in shapes {
            let test = TestParty()
            await test.provider.bend { $0.userInfo["groups"] = claim }
            #expect(try await test.login().identity.groups == groups, "\(claim)")
        }
    }

    @Test func `user info that is signed`() async throws {
        let test = TestParty()
        await test.provider.bend { provider in
            provider.signsUserInfo = true
            provider.userInfo["iss"] = provider.metadata["issuer"]
            provider.userInfo["aud"] = ["w2fm"]
        }
        let login = try await test.login()
        #expect(login.identity.account == "alice" && login.identity.groups == ["packager", "alice"])
        guard case .current(let identity, _) = await test.party.refresh(subject: "alice", login.credentials) else {
            Issue.record("not refreshed")
            return
        }
        #expect(identity == login.identity)
        let request = try #require(await test.provider.requests.last { $0.endpoint == .userInfo })
        #expect(request.fields.contains(.init("Accept", "application/json, application/jwt")))
    }

    @Test func `signed user info that does not hold`() async throws {
        let bends: [@Sendable (isolated ScriptedProvider) -> Void] = [
            { $0.userInfo["iss"] = "https://evil.example.org/" }, { $0.userInfo["aud"] = "somebody" },
            { $0.userInfo["exp"] = .number(Double(ScriptedProvider.start - 100)) }, { $0.userInfo["exp"] = "soon" },
        ]
        for bend in bends {
            let test = TestParty()
            await test.provider.bend { $0.signsUserInfo = true }
            await test.provider.bend(bend)
            guard case .malformed(.userInfo, _) = try await test.failure() else {
                Issue.record("accepted")
                continue
            }
        }
        // Another's key, an algorithm without a signature, and a payload that was changed.
        let test = TestParty()
        await test.provider.bend { $0.signsUserInfo = true }
        let login = try await test.login()
        let forged = Base64Text.encode("{\"alg\":\"none\"}") + "." + Base64Text.encode("{\"sub\":\"alice\"}") + "."
        let long = "eyJ" + String(repeating: "A", count: 99)
        for body in [forged, forged + "AAAA", "eyJ.eyJ.eyJ", "eyJhIjoxfQ.e30.AAAA", long] {
            await test.provider.bend {
                $0.answers[.userInfo] = ProviderResponse(status: 200, body: Array(body.utf8))
            }
            guard
                case .unavailable(.malformed(.userInfo, _), _) = await test.party.refresh(
                    subject: "alice", login.credentials)
            else {
                Issue.record("accepted: \(body)")
                continue
            }
        }
        await test.provider.bend {
            $0.answers[.userInfo] = nil
            $0.signer = TestKey.second.named("key-1")
        }
        guard case .unavailable = await test.party.refresh(subject: "alice", login.credentials) else {
            Issue.record("another's signature holds")
            return
        }
    }

    @Test func `a grant is given back`() async throws {
        let test = TestParty()
        let credentials = try await test.login().credentials
        #expect(try await test.party.revoke(credentials) == false, "there is no place for it")
        let other = TestParty()
        await other.provider.bend { $0.metadata["revocation_endpoint"] = "https://id.example.org/openidc/Revoke" }
        let grant = try await other.login().credentials
        #expect(try await other.party.revoke(grant))
        let request = try #require(await other.provider.requests.last)
        #expect(request.url == "https://id.example.org/openidc/Revoke")
        let form = String(decoding: request.body ?? [], as: UTF8.self)
        #expect(form.contains("token=refresh-1&token_type_hint=refresh_token"))
        #expect(form.contains("client_secret=not%20secret"))
        #expect(await other.provider.refreshToken == nil)
        for answer in [ScriptedProvider.error("unsupported_token_type", status: 400), Self.html503] {
            await other.provider.bend { $0.answers[.revocation] = answer }
            await #expect(throws: OIDCError.self) { try await other.party.revoke(grant) }
        }
    }

    private static let html503 = ProviderResponse(status: 503, body: Array("<html>".utf8))

    // MARK: What costs something

    @Test func `only a code of this browsers login is redeemed`() async throws {
        let test = TestParty()
        let attempt = try test.attempt()
        for query in [
            "error=access_denied&state=\(attempt.state)", "code=x&state=\(attempt.state)x",
            "code=x&state=", "code=x&state=\(attempt.state.dropLast())!",
        ] {
            guard let callback = try? LoginCallback(query: query.utf8) else { continue }
            await #expect(throws: OIDCError.self) {
                _ = try await test.party.redemption(of: callback, attempt: attempt)
            }
        }
        #expect(await test.provider.requests.isEmpty, "nobody was asked anything")
    }
}

/// Base64url of text.
private enum Base64Text {
    static func encode(_ text: String) -> String { Base64.encodeURLSafe(Array(text.utf8)) }
}
