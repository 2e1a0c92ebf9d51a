import Cryptography
import Encodings
import Foundation
import TestSupport
import Testing

/// Project Wycheproof's vectors of signatures: valid ones, and all kinds of invalid ones.
@Suite(.enabled(if: corpora != nil, "shared/corpora is not there"))
struct SignatureVectorTests {
    struct File: Decodable {
        var numberOfTests: Int
        var testGroups: [Group]
    }

    struct Group: Decodable {
        var publicKey: Numbers
        var tests: [Vector]
    }

    /// The numbers of one kind of key, in hexadecimal.
    struct Numbers: Decodable {
        var modulus: String?
        var publicExponent: String?
        var uncompressed: String?
        var pk: String?
    }

    struct Vector: Decodable {
        var tcId: Int
        var msg: String
        var sig: String
        var result: String
    }

    static let files: [(String, PublicKey.Algorithm)] = [
        ("rsa_signature_2048_sha256", .rsaPKCS1(.sha256)), ("rsa_signature_2048_sha384", .rsaPKCS1(.sha384)),
        ("rsa_signature_2048_sha512", .rsaPKCS1(.sha512)), ("rsa_pss_2048_sha256_mgf1_32", .rsaPSS(.sha256)),
        ("rsa_pss_4096_sha384_mgf1_48", .rsaPSS(.sha384)), ("rsa_pss_4096_sha512_mgf1_64", .rsaPSS(.sha512)),
        ("ecdsa_secp256r1_sha256_p1363", .ecdsa(.p256)), ("ecdsa_secp384r1_sha384_p1363", .ecdsa(.p384)),
        ("ecdsa_secp521r1_sha512_p1363", .ecdsa(.p521)), ("ed25519", .ed25519),
    ]

    @Test(arguments: files)
    func `every vector is taken or refused as it should be`(name: String, algorithm: PublicKey.Algorithm) throws {
        let folder = try #require(corpora)
        let file = try JSONDecoder().decode(
            File.self, from: Data(contentsOf: folder.appending(path: "wycheproof-signatures/\(name)_test.json")))
        var checked = 0
        for group in file.testGroups {
            let key = try PublicKey(try Self.parts(group.publicKey, algorithm))
            for vector in group.tests {
                let (signature, message) = (try Self.bytes(vector.sig), try Self.bytes(vector.msg))
                // "Acceptable" is a signature whose encoding leaves out a NULL (RFC 8017 section 8.2.2, note 2).
                let isValid = vector.result == "valid"
                #expect(
                    key.verify(signature, of: message, algorithm: algorithm) == isValid, "\(name) \(vector.tcId)")
                if isValid { try Self.checkNeighbors(of: signature, message, key, algorithm, "\(name) \(vector.tcId)") }
                checked += 1
            }
        }
        #expect(checked == file.numberOfTests && checked > 100)
    }

    /// What is near a valid signature is none: other lengths, other algorithms, another message.
    private static func checkNeighbors(
        of signature: [UInt8], _ message: [UInt8], _ key: PublicKey, _ algorithm: PublicKey.Algorithm, _ name: String
    ) throws {
        let others: [[UInt8]] = [
            Array(signature.dropLast()), Array(signature.dropFirst()), signature + [0], [0] + signature,
            signature + signature,
        ]
        for other in others { #expect(!key.verify(other, of: message, algorithm: algorithm), "\(name)") }
        #expect(!key.verify(signature, of: message + [0], algorithm: algorithm), "\(name)")
        for (_, other) in files where other != algorithm {
            #expect(!key.verify(signature, of: message, algorithm: other), "\(name) as \(other)")
        }
    }

    private static func parts(_ numbers: Numbers, _ algorithm: PublicKey.Algorithm) throws -> PublicKey.Parts {
        switch algorithm {
        case .rsaPKCS1, .rsaPSS:
            return .rsa(modulus: try bytes(numbers.modulus), exponent: try bytes(numbers.publicExponent))
        case .ecdsa(let curve):
            let point = try bytes(numbers.uncompressed).dropFirst()
            return .elliptic(
                curve, x: Array(point.prefix(curve.coordinateCount)), y: Array(point.suffix(curve.coordinateCount)))
        case .ed25519: return .ed25519(try bytes(numbers.pk))
        }
    }

    private static func bytes(_ text: String?) throws -> [UInt8] { try #require(text.flatMap { Hex.decode($0) }) }
}
