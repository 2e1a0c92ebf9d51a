import Cryptography
import Database
import Encodings
import EventLoop

@testable import Gateway
@testable import HTTPClient
@testable import OIDC
@testable import WebhookServices

extension FuzzTarget {
    /// What an OpenID provider sends: heads of answers, documents, keys, tokens, and people with a query.
    static let provider = FuzzTarget(
        "provider",
        words: [
            "\"issuer\":\"https://id.example.org\"", "\"authorization_endpoint\":\"https://a\"",
            "\"token_endpoint\":\"https://a\"",
            "\"userinfo_endpoint\":\"https://a\"", "\"jwks_uri\":\"https://a\"", "\"keys\":[{\"kty\":\"RSA\",\"n\":\"",
            "\"e\":\"AQAB\"",
            "\"kty\":\"EC\"", "\"crv\":\"P-256\"", "\"kty\":\"OKP\"", "\"access_token\":\"a\"",
            "\"token_type\":\"Bearer\"",
            "\"expires_in\":", "\"auth_time\":", "\"nbf\":", "\"azp\":\"c\"", "\"aud\":[\"c\"]", "\"error\":\"x\"",
            "\"groups\":[\"/a\"]",
            "\"sub\":\"s\"", "\"nickname\":\"n\"", "-62300000000", "1e308", "\\ud83d\\ude00", "state=", "&code=",
            "HTTP/1.1 200 OK\r\n",
        ]
    ) { input, isPlanted in
        switch input.number(below: 5) {
        case 0: try checkDocuments(input.remainder())
        case 1: try checkToken(&input, isPlanted)
        case 2: try checkSignature(&input)
        case 3: try checkCallback(input.remainder())
        default: try checkHead(&input)
        }
    }

    /// What simdjson takes for an object, the reader does as well.
    private static func checkDocuments(_ body: [UInt8]) throws {
        let members = JSONValue.object(in: body)
        let isObject = try? JSONParser().withDocument(body[...], limits: JSONLimits(maxDepth: 31)) {
            (_) throws(WebhookError) in true
        }
        try require(members != nil || isObject != true || hasHalfPair(body), "no object: \(shown(body))")
        let response = ProviderResponse(status: 200, body: body)
        if let metadata = try? ProviderMetadata(response, configured: "https://id.example.org/") {
            for url in [metadata.tokenEndpoint, metadata.keysURL, metadata.userInfoEndpoint] {
                try require(
                    url.lowercased().hasPrefix("https://") && url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, url)
            }
        }
        if let grant = try? TokenGrant(response) {
            let lifetime = grant.lifetime ?? 0
            try require((0...TokenGrant.maximumLifetime).contains(lifetime), "lasts \(lifetime) s")
            _ = UnixTime.now().advanced(by: .seconds(lifetime)).description
        }
        var settings = OIDCSettings(issuer: "https://id.example.org", redirectURI: "https://a/b")
        settings.accountClaims = ["nickname"]
        if let identity = try? UserInfo(response).identity(settings) {
            try require(identity.groups.count <= UserInfo.maximumGroups, "too many groups")
            _ = (AccountNames.account(identity.account), AccountNames.groups(identity.groups))
        }
        _ = response.compactJWT
        if let keys = try? WebKeySet(response) { _ = keys.key(for: nil, .rs256) }
    }

    /// Half of a surrogate pair is text to simdjson, and none here.
    private static func hasHalfPair(_ body: [UInt8]) -> Bool {
        String(decoding: body, as: UTF8.self).lowercased().firstRange(of: "\\ud") != nil
    }

    /// An ID token that says all that it has to, and more.
    private static func checkToken(_ input: inout FuzzInput, _ isPlanted: Bool) throws {
        let header = input.flag() ? Array("{\"alg\":\"RS256\"}".utf8) : input.bytes()
        let start =
            input.flag() ? "{" : "{\"iss\":\"i\",\"aud\":\"c\",\"nonce\":\"n\",\"sub\":\"s\",\"exp\":2e9,\"iat\":1,"
        let payload = Array(start.utf8) + input.remainder() + [0x7D]
        let text = "\(Base64.encodeURLSafe(header)).\(Base64.encodeURLSafe(payload)).AAAA"
        guard let token = try? IDToken(text, algorithms: [.rs256, .es256]) else { return }
        let rules = IDTokenRules(
            issuer: "i", clientID: "c", nonce: "n", code: "x", accessToken: "y", maxAge: nil, skew: 60)
        let holder: IDTokenRules.Holder
        do throws(OIDCError) {
            holder = try rules.check(token, now: 1_764_000_000)
        } catch {
            guard isPlanted, error == .idToken(.authenticationTime), case .number(let time)? = token.claims["auth_time"]
            else {
                return
            }
            return try require(!(253_402_300_800...1e300).contains(time), "a year after 9999: \(time)")
        }
        guard let seconds = holder.authenticatedAt else { return }
        let time = UnixTime(secondsSince1970: seconds)
        try require(time.isKnown && time.description != "unknown", "logged in at \(seconds)")
    }

    /// A key that makes no sense verifies nothing.
    private static func checkSignature(_ input: inout FuzzInput) throws {
        let algorithm = input.pick([SigningAlgorithm.rs256, .es256, .edDSA])
        let signature = input.bytes()
        guard let value = JSONReader.value(in: input.remainder()), let key = WebKey(value), key.fits(algorithm) else {
            return
        }
        guard let publicKey = try? key.publicKey() else { return }
        let isValid = publicKey.verify(signature, of: [1, 2, 3], algorithm: algorithm.verification)
        try require(!isValid, "a signature that nobody made")
    }

    private static func checkCallback(_ query: [UInt8]) throws {
        guard let callback = try? LoginCallback(query: query) else { return }
        try require((1...256).contains(callback.state.utf8.count), "the state \(callback.state)")
        guard case .code(let code) = callback.outcome else { return }
        try require(code.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "the code \(code)")
        let again = "state=\(PercentEncoding.encode(callback.state))&code=\(PercentEncoding.encode(code))"
        let second = try? LoginCallback(query: Array(again.utf8))
        try require(
            second?.outcome == callback.outcome && second?.state == callback.state, "another callback: \(again)")
    }

    /// What libcurl gives, line by line.
    private static func checkHead(_ input: inout FuzzInput) throws {
        let (headLimit, bodyLimit) = (Int(input.byte()) * 4, Int(input.byte()))
        var collector = ResponseCollector(maxHeadBytes: headLimit, maxBodyBytes: bodyLimit)
        let lines = input.remainder().split(separator: 0x0A, omittingEmptySubsequences: false).map {
            Array($0) + [0x0A]
        }
        var taken = 0
        for line in lines {
            guard line.withUnsafeBytes({ collector.takeLine($0) }) else { break }
            taken += line.count
            _ = line.withUnsafeBytes { collector.takeBody($0) }
        }
        try require(taken <= headLimit && collector.body.count <= bodyLimit, "more than is allowed")
        try require(collector.fields.count <= lines.count, "more fields than lines")
        let response = ClientResponse(status: 200, fields: collector.fields, body: collector.body)
        for field in collector.fields {
            try require(response.first(field.name) != nil, "the field \(field.name) is lost")
        }
    }
}
