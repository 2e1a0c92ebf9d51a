import Cryptography
import Encodings
import Foundation
import TestSupport
import Testing

@testable import OIDC

/// Project Wycheproof's vectors of JSON Web Signatures and of key sets, as far as they have public keys.
@Suite(.enabled(if: corpora != nil, "shared/corpora is not there"))
struct WebSignatureTests {
    struct File: Sendable {
        let name: String
        /// Vectors that are judged otherwise here: keys that say `alg` for another algorithm than the token has ("ES521" is
        /// none at all), and one made by a chip whose private keys can be computed (ROCA), which no number shows for certain.
        let exceptions: Set<Int>
        let least: Int
    }

    static let files = [
        File(name: "json_web_signature_test", exceptions: [346, 347, 350, 351], least: 350),
        File(name: "json_web_key_test", exceptions: [7], least: 11),
    ]

    @Test(arguments: files)
    func `every vector is taken or refused as it should be`(file: File) throws {
        let folder = try #require(corpora)
        let bytes = try Data(contentsOf: folder.appending(path: "wycheproof-signatures/\(file.name).json"))
        // The file is larger than any document that a provider may send.
        let document = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        let groups = try #require(document["testGroups"] as? [[String: Any]])
        var checked = 0
        for group in groups {
            guard let key = group["public"] as? [String: Any] else { continue }
            let set = key["keys"] == nil ? ["keys": [key]] : key
            let body = try JSONSerialization.data(withJSONObject: set)
            let keys = try WebKeySet(ProviderResponse(status: 200, body: Array(body)))
            for vector in try #require(group["tests"] as? [[String: Any]]) {
                let number = try #require(vector["tcId"] as? Int)
                let text = try #require(vector["jws"] as? String)
                let isValid = (vector["result"] as? String == "valid") != file.exceptions.contains(number)
                #expect(Self.holds(text, keys) == isValid, "\(file.name) \(number)")
                checked += 1
            }
        }
        #expect(checked >= file.least)
    }

    /// Verifies a signature as a login does. (An ``IDToken`` has JSON in it, which these do not.)
    private static func holds(_ text: String, _ keys: WebKeySet) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3,
            let header = Base64.decodeURLSafe(String(parts[0])).flatMap({ JSONValue.object(in: $0) }),
            Base64.decodeURLSafe(String(parts[1])) != nil, let signature = Base64.decodeURLSafe(String(parts[2])),
            let algorithm = header["alg"]?.text.flatMap(SigningAlgorithm.init(rawValue:)),
            case .key(let key) = keys.key(for: header["kid"]?.text, algorithm), let publicKey = try? key.publicKey()
        else { return false }
        return publicKey.verify(
            signature, of: Array("\(parts[0]).\(parts[1])".utf8), algorithm: algorithm.verification)
    }
}
