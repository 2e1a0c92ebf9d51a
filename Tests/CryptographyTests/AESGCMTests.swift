import Encodings
import Testing

@testable import Cryptography

/// The AES-256 cases with a nonce of 96 bits of McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B
/// (NIST's own examples), and what must never open.
@Suite struct AESGCMTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let key: String
        let nonce: String
        var plaintext = ""
        var associatedData = ""
        var ciphertext = ""
        let tag: String
    }

    static let zeroKey = String(repeating: "00", count: 32)
    static let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    static let plaintext =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    static let ciphertext =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"

    static let vectors = [
        Vector(
            testDescription: "case 13", key: zeroKey, nonce: "000000000000000000000000",
            tag: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            testDescription: "case 14", key: zeroKey, nonce: "000000000000000000000000",
            plaintext: "00000000000000000000000000000000", ciphertext: "cea7403d4d606b6e074ec5d3baf39d18",
            tag: "d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            testDescription: "case 15", key: key, nonce: "cafebabefacedbaddecaf888",
            plaintext: plaintext + "1aafd255", ciphertext: ciphertext + "898015ad",
            tag: "b094dac5d93471bdec1a502270e3cc6c"),
        Vector(
            testDescription: "case 16", key: key, nonce: "cafebabefacedbaddecaf888", plaintext: plaintext,
            associatedData: "feedfacedeadbeeffeedfacedeadbeefabaddad2", ciphertext: ciphertext,
            tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    @Test(arguments: vectors) func `published vectors`(vector: Vector) throws {
        let key = try #require(Hex.decode(vector.key))
        let nonce = try #require(Hex.decode(vector.nonce))
        let plaintext = try #require(Hex.decode(vector.plaintext))
        let associatedData = try #require(Hex.decode(vector.associatedData))
        let sealed = try AESGCM.seal(plaintext, key: key, nonce: nonce, associatedData: associatedData)
        #expect(Hex.encode(sealed) == vector.nonce + vector.ciphertext + vector.tag)
        #expect(try AESGCM.open(sealed, key: key, associatedData: associatedData) == plaintext)
    }

    private let key = [UInt8](0..<32)

    @Test func `seals differently each time`() throws {
        let first = try AESGCM.seal([1, 2, 3], key: key, associatedData: [9])
        let second = try AESGCM.seal([1, 2, 3], key: key, associatedData: [9])
        #expect(first != second)
        #expect(try AESGCM.open(first, key: key, associatedData: [9]) == [1, 2, 3])
        #expect(try AESGCM.open(second, key: key, associatedData: [9]) == [1, 2, 3])
    }

    @Test func `every changed bit is noticed`() throws {
        let sealed = try AESGCM.seal(Array("a secret".utf8), key: key, associatedData: [9])
        for bit in 0..<(sealed.count * 8) {
            var changed = sealed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: AESGCM.Failure.notAuthentic) { try AESGCM.open(changed, key: key, associatedData: [9]) }
        }
    }

    @Test func `another key or place does not open`() throws {
        let sealed = try AESGCM.seal([1, 2, 3], key: key, associatedData: [9])
        let otherKey = [UInt8](1...32)
        #expect(throws: AESGCM.Failure.notAuthentic) {
            try AESGCM.open(sealed, key: otherKey, associatedData: [9])
        }
        #expect(throws: AESGCM.Failure.notAuthentic) { try AESGCM.open(sealed, key: key, associatedData: []) }
        #expect(throws: AESGCM.Failure.notAuthentic) { try AESGCM.open(sealed, key: key, associatedData: [9, 0]) }
    }

    @Test func `wrong lengths are errors`() throws {
        let sealed = try AESGCM.seal([], key: key, associatedData: [])
        #expect(sealed.count == 28)
        #expect(throws: AESGCM.Failure.invalidLength) {
            try AESGCM.open(Array(sealed.dropLast()), key: key, associatedData: [])
        }
        #expect(throws: AESGCM.Failure.invalidLength) { try AESGCM.open([], key: key, associatedData: []) }
        #expect(throws: AESGCM.Failure.invalidKey) {
            try AESGCM.seal([1], key: Array(key.dropLast()), associatedData: [])
        }
        #expect(throws: AESGCM.Failure.invalidKey) { try AESGCM.open(sealed, key: [], associatedData: []) }
    }
}
