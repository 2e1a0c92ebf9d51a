import Cryptography
import Encodings
import Testing

@testable import OIDC

/// A provider in this process: well-behaved by default, and it enforces what a good one does (one use a code, PKCE, the
/// redirect URI, the client's secret). Tests bend what they are about.
actor ScriptedProvider: ProviderTransport {
    struct Code {
        let nonce: String
        let challenge: String
        let redirectURI: String
        var isUsed = false
    }

    static let issuer = "https://id.example.org/openidc/"
    static let start: Int64 = 1_795_455_986

    var metadata: [String: JSONValue] = [
        "issuer": .string(issuer), "authorization_endpoint": "https://id.example.org/openidc/Authorization",
        "token_endpoint": "https://id.example.org/openidc/Token",
        "userinfo_endpoint": "https://id.example.org/openidc/UserInfo",
        "jwks_uri": "https://id.example.org/openidc/Jwks",
    ]
    var keys: [JSONValue] = [TestKey.first.publicKey()]
    var signer = TestKey.first
    /// Bends the ID token.
    var changeHeader: @Sendable (inout [String: JSONValue]) -> Void = { _ in }
    var changeClaims: @Sendable (inout [String: JSONValue]) -> Void = { _ in }
    var changeSignature: @Sendable (inout [UInt8], _ input: [UInt8]) -> Void = { _, _ in }
    var changeGrant: @Sendable (inout [String: JSONValue]) -> Void = { _ in }
    var userInfo: [String: JSONValue] = [
        "sub": "alice", "name": "Alice Example", "nickname": "alice", "preferred_username": "alice",
        "groups": ["packager", "alice"],
    ]
    /// Whether UserInfo is a signed JWT.
    var signsUserInfo = false
    /// Whole answers in place of the right ones.
    var answers: [OIDCError.Endpoint: ProviderResponse] = [:]
    var unreachable: Set<OIDCError.Endpoint> = []
    /// What counts as a good access and refresh token.
    var accessToken = "access-1"
    var refreshToken: String? = "refresh-1"
    private var codes: [String: Code] = [:]
    private(set) var requests: [ProviderRequest] = []

    func bend(_ change: @Sendable (isolated ScriptedProvider) -> Void) { change(self) }

    func count(_ endpoint: OIDCError.Endpoint) -> Int { requests.count { $0.endpoint == endpoint } }

    /// The person says yes: the callback's query.
    func authorize(_ url: String) throws -> String {
        let query = try #require(url.split(separator: "?", maxSplits: 1).dropFirst().first)
        let fields = Dictionary(try #require(FormDecoder.decode(query.utf8)).map { ($0.name, $0.value) }) { $1 }
        #expect(fields["response_type"] == "code")
        #expect(fields["code_challenge_method"] == "S256")
        let code = "code-\(codes.count + 1)"
        codes[code] = Code(
            nonce: fields["nonce"] ?? "", challenge: fields["code_challenge"] ?? "",
            redirectURI: fields["redirect_uri"] ?? "")
        return "code=\(code)&state=\(PercentEncoding.encode(fields["state"] ?? ""))"
    }

    func send(_ request: ProviderRequest) async throws(ProviderUnreachable) -> ProviderResponse {
        requests.append(request)
        if unreachable.contains(request.endpoint) { throw ProviderUnreachable(reason: "scripted") }
        if let answer = answers[request.endpoint] { return answer }
        switch request.endpoint {
        case .discovery: return Self.json(.object(metadata))
        case .keys: return Self.json(.object(["keys": .array(keys)]))
        case .token:
            do {
                return try token(request)
            } catch {
                throw ProviderUnreachable(reason: "\(error)")
            }
        case .userInfo:
            guard request.fields.contains(.init("Authorization", "Bearer \(accessToken)")) else {
                return Self.error("invalid_token", status: 400)
            }
            guard signsUserInfo else { return Self.json(.object(userInfo)) }
            let signed = try? jwt(claims: userInfo)
            return ProviderResponse(status: 200, body: Array((signed ?? "").utf8))
        case .revocation:
            let form = FormDecoder.decode(request.body ?? []) ?? []
            let fields = Dictionary(form.map { ($0.name, $0.value) }) { $1 }
            guard isClient(request, fields) else { return Self.error("invalid_client", status: 401) }
            if fields["token"] == refreshToken { refreshToken = nil }
            return ProviderResponse(status: 200, body: [])
        }
    }

    static func json(_ value: JSONValue, status: Int = 200) -> ProviderResponse {
        ProviderResponse(status: status, body: Array(value.json.utf8))
    }

    /// As Ipsilon says it: padded with blanks.
    static func error(_ code: String, status: Int = 200) -> ProviderResponse {
        let padding = String(repeating: " ", count: 400)
        return ProviderResponse(status: status, body: Array("{\"error\": \"\(code)\"}\(padding)".utf8))
    }

    private func token(_ request: ProviderRequest) throws -> ProviderResponse {
        let form = try #require(FormDecoder.decode(request.body ?? []))
        let fields = Dictionary(form.map { ($0.name, $0.value) }) { $1 }
        guard isClient(request, fields) else { return Self.error("invalid_client", status: 400) }
        if fields["grant_type"] == "refresh_token" { return refresh(fields) }
        guard fields["grant_type"] == "authorization_code", let name = fields["code"], let code = codes[name] else {
            return Self.error("invalid_request")
        }
        guard !code.isUsed, code.redirectURI == fields["redirect_uri"],
            PKCE.challenge(of: fields["code_verifier"] ?? "") == code.challenge
        else { return Self.error("invalid_grant") }
        codes[name]?.isUsed = true
        var grant: [String: JSONValue] = [
            "access_token": .string(accessToken), "token_type": "Bearer", "expires_in": 3600,
            "id_token": .string(try idToken(nonce: code.nonce, code: name)),
        ]
        if let refreshToken { grant["refresh_token"] = .string(refreshToken) }
        changeGrant(&grant)
        return Self.json(.object(grant))
    }

    /// Both tokens change, and the old ones are dead at once.
    private func refresh(_ fields: [String: String]) -> ProviderResponse {
        guard let current = refreshToken, fields["refresh_token"] == current else { return Self.error("invalid_grant") }
        accessToken += "x"
        refreshToken = current + "x"
        return Self.json([
            "access_token": .string(accessToken), "token_type": "bearer", "expires_in": "3600",
            "refresh_token": .string(current + "x"),
        ])
    }

    private func isClient(_ request: ProviderRequest, _ fields: [String: String]) -> Bool {
        let basic = "Basic " + Base64.encode(Array("w2fm:not%20secret".utf8))
        return fields["client_id"] == "w2fm" && fields["client_secret"] == "not secret"
            || request.fields.contains(.init("Authorization", basic)) && fields["client_secret"] == nil
            || fields["client_id"] == "public" && fields["client_secret"] == nil
    }

    private func idToken(nonce: String, code: String) throws -> String {
        var header: [String: JSONValue] = ["alg": .string(signer.algorithm.rawValue)]
        if let identifier = signer.identifier { header["kid"] = .string(identifier) }
        var claims: [String: JSONValue] = [
            "iss": metadata["issuer"] ?? .null, "sub": "alice", "aud": "w2fm", "azp": "w2fm", "nonce": .string(nonce),
            "exp": .number(Double(Self.start + 600)), "iat": .number(Double(Self.start)),
            "auth_time": .number(Double(Self.start)), "acr": "0", "amr": [],
            "c_hash": .string(signer.algorithm.halfHash(of: code)),
        ]
        changeHeader(&header)
        changeClaims(&claims)
        return try sign(header, claims)
    }

    /// Claims, signed.
    private func jwt(claims: [String: JSONValue]) throws -> String {
        var header: [String: JSONValue] = ["alg": .string(signer.algorithm.rawValue), "typ": "JWT"]
        if let identifier = signer.identifier { header["kid"] = .string(identifier) }
        return try sign(header, claims)
    }

    private func sign(_ header: [String: JSONValue], _ claims: [String: JSONValue]) throws -> String {
        let input =
            Base64.encodeURLSafe(Array(JSONValue.object(header).json.utf8)) + "."
            + Base64.encodeURLSafe(Array(JSONValue.object(claims).json.utf8))
        var signature = try signer.sign(Array(input.utf8))
        changeSignature(&signature, Array(input.utf8))
        return input + "." + Base64.encodeURLSafe(signature)
    }
}
