import Cryptography
import Encodings
import TestSupport
import Testing

@testable import OIDC

/// The time that a provider's words take grows with their length, whatever they are.
@Suite struct GrowthTests {
    @Test(arguments: JSONFamily.all) func `answers`(_ family: JSONFamily) {
        let ratio = Growth.ratio(from: 4 << 10, family.document) { _ = JSONValue.object(in: $0) }
        #expect(ratio <= Growth.limit)
    }

    /// Depth is refused at once: nothing is tried again for each level.
    @Test(arguments: ["[", "{\"a\":", "[{\"a\":", "[[],"]) func `depth`(_ open: String) {
        let growth = Growth.ratio(
            from: 1000, { Array(("{\"a\":" + String(repeating: open, count: $0)).utf8) },
            { #expect(JSONValue.object(in: $0) == nil) })
        #expect(growth <= Growth.limit)
    }

    @Test(arguments: JSONFamily.all) func `tokens`(_ family: JSONFamily) {
        let ratio = Growth.ratio(
            from: 1 << 10,
            { size in
                let header = Base64.encodeURLSafe(Array("{\"alg\":\"RS256\"}".utf8))
                return "\(header).\(Base64.encodeURLSafe(family.document(size))).AAAA"
            }, { _ = try? IDToken($0, algorithms: [.rs256]) })
        #expect(ratio <= Growth.limit)
    }

    @Test(arguments: JSONFamily.all) func `documents`(_ family: JSONFamily) {
        let ratio = Growth.ratio(from: 4 << 10, { ProviderResponse(status: 200, body: family.document($0)) }) {
            _ = try? ProviderMetadata($0, configured: "https://id.example.org/")
            _ = try? WebKeySet($0)
            _ = try? UserInfo($0)
            _ = try? TokenGrant($0)
            _ = $0.compactJWT
        }
        #expect(ratio <= Growth.limit)
    }

    @Test(arguments: TextFamily.all) func `forms`(_ family: TextFamily) {
        let ratio = Growth.ratio(from: 2000, { Array(family.text($0).utf8) }) {
            _ = FormDecoder.decode($0, limit: .max)
        }
        #expect(ratio <= Growth.limit)
    }
}
