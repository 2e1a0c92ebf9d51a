import Cryptography
import Encodings
import Testing

/// RFC 5869 appendix A, the cases with SHA-256.
@Suite struct HKDFSHA256Tests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let root: [UInt8]
        let salt: [UInt8]
        let info: [UInt8]
        let output: String
    }

    static let vectors = [
        Vector(
            testDescription: "A.1 basic", root: [UInt8](repeating: 0x0b, count: 22), salt: Array(0x00...0x0c),
            info: Array(0xf0...0xf9),
            output: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
        Vector(
            testDescription: "A.2 longer", root: Array(0x00...0x4f), salt: Array(0x60...0xaf),
            info: Array(0xb0...0xff),
            output: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"),
        Vector(
            testDescription: "A.3 no salt, no info", root: [UInt8](repeating: 0x0b, count: 22), salt: [], info: [],
            output: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
    ]

    @Test(arguments: vectors) func `published vectors`(vector: Vector) throws {
        let expected = try #require(Hex.decode(vector.output))
        let derived = try HKDFSHA256.deriveKey(
            from: vector.root, salt: vector.salt, info: vector.info, count: expected.count)
        #expect(derived == expected)
    }

    @Test func `other info other key`() throws {
        let root = [UInt8](repeating: 7, count: 32)
        let first = try HKDFSHA256.deriveKey(from: root, salt: [], info: "one", count: 32)
        let second = try HKDFSHA256.deriveKey(from: root, salt: [], info: "two", count: 32)
        #expect(first != second)
        #expect(try HKDFSHA256.deriveKey(from: root, salt: [], info: "one", count: 32) == first)
    }

    @Test func `refuses what cannot be derived`() {
        #expect(throws: HKDFSHA256.Failure.emptyRoot) {
            try HKDFSHA256.deriveKey(from: [], salt: [], info: "x", count: 32)
        }
        #expect(throws: HKDFSHA256.Failure.invalidCount(0)) {
            try HKDFSHA256.deriveKey(from: [1], salt: [], info: "x", count: 0)
        }
        #expect(throws: HKDFSHA256.Failure.invalidCount(8161)) {
            try HKDFSHA256.deriveKey(from: [1], salt: [], info: "x", count: 8161)
        }
    }

    @Test func `longest output`() throws {
        let long = try HKDFSHA256.deriveKey(from: [1], salt: [], info: "x", count: HKDFSHA256.maximumCount)
        #expect(long.count == 8160)
        #expect(try HKDFSHA256.deriveKey(from: [1], salt: [], info: "x", count: 32) == Array(long.prefix(32)))
    }
}
