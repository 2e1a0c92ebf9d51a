import Cryptography
import Encodings
import Foundation
import TestSupport
import Testing

/// Project Wycheproof's HMAC-SHA-256 vectors, wrong and truncated tags among them.
@Suite struct WycheproofTests {
    struct File: Decodable {
        var numberOfTests: Int
        var testGroups: [Group]
    }

    struct Group: Decodable {
        var tagSize: Int
        var tests: [Vector]
    }

    struct Vector: Decodable {
        var tcId: Int
        var key: String
        var msg: String
        var tag: String
        var result: String
    }

    @Test(.enabled(if: corpora != nil, "shared/corpora is not there"))
    func `all vectors`() throws {
        let folder = try #require(corpora)
        let file = folder.appendingPathComponent("wycheproof-hmac/hmac_sha256_test.json")
        let vectors = try JSONDecoder().decode(File.self, from: Data(contentsOf: file))
        var checked = 0
        for group in vectors.testGroups {
            for vector in group.tests {
                try check(vector, tagBytes: group.tagSize / 8)
                checked += 1
            }
        }
        #expect(checked == vectors.numberOfTests)
        #expect(checked > 100)
    }

    private func check(_ vector: Vector, tagBytes: Int) throws {
        let key = try HMACSHA256Key(try #require(Hex.decode(vector.key)))
        let tag = try #require(Hex.decode(vector.tag))
        let code = key.authenticationCode(for: try #require(Hex.decode(vector.msg))[...])
        let valid = vector.result == "valid"
        #expect(constantTimeEqual(code.prefix(tagBytes), tag) == valid, "test \(vector.tcId)")
        // A truncated tag, though right as far as it goes, is not the code.
        #expect(constantTimeEqual(code, tag) == (valid && tagBytes == 32), "test \(vector.tcId)")
    }
}
