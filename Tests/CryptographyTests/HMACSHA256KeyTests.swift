import Cryptography
import Encodings
import Testing

/// RFC 4231 section 4.
@Suite struct HMACSHA256KeyTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var key: [UInt8]
        var data: [UInt8]
        /// Hex; shorter than a code where the RFC truncates it.
        var code: String
        var testDescription: String { name }
    }

    static let vectors: [Vector] = [
        Vector(
            name: "1", key: Array(repeating: 0x0b, count: 20), data: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            name: "2: a key shorter than a code", key: Array("Jefe".utf8),
            data: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            name: "3: over 64 bytes", key: Array(repeating: 0xaa, count: 20), data: Array(repeating: 0xdd, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            name: "4", key: Array(1...25), data: Array(repeating: 0xcd, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Vector(
            name: "5: truncated to 128 bits", key: Array(repeating: 0x0c, count: 20),
            data: Array("Test With Truncation".utf8), code: "a3b6167473100ee06e0c796c2955552b"),
        Vector(
            name: "6: a key over a block", key: Array(repeating: 0xaa, count: 131),
            data: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            name: "7: key and data over a block", key: Array(repeating: 0xaa, count: 131),
            data: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test(arguments: vectors)
    func `rfc 4231`(_ vector: Vector) throws {
        let key = try HMACSHA256Key(vector.key)
        let code = key.authenticationCode(for: vector.data[...])
        #expect(code.count == 32)
        #expect(Hex.encode(code).hasPrefix(vector.code))
    }

    @Test(arguments: vectors)
    func `segments are hashed as one`(_ vector: Vector) throws {
        let key = try HMACSHA256Key(vector.key)
        let whole = key.authenticationCode(for: vector.data[...])
        for split in vector.data.indices {
            let code = key.authenticationCode(for: [vector.data[..<split], [], vector.data[split...]])
            #expect(code == whole)
        }
    }

    @Test func `the key is reused unchanged`() throws {
        let key = try HMACSHA256Key(Array("Jefe".utf8))
        let message = Array("what do ya want for nothing?".utf8)[...]
        let first = key.authenticationCode(for: message)
        #expect(key.authenticationCode(for: []) != first)
        #expect(key.authenticationCode(for: message) == first)
    }

    @Test func `one key serves many threads`() async throws {
        let key = try HMACSHA256Key(Array("Jefe".utf8))
        let message = Array("what do ya want for nothing?".utf8)
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<500).allSatisfy { _ in Hex.encode(key.authenticationCode(for: message[...])) == expected }
                }
            }
            for await right in group { #expect(right) }
        }
    }

    @Test func `keys of a block and around`() throws {
        // A key and the same key with zeros after it are one key up to a block, by RFC 2104; over it they differ.
        let short = try HMACSHA256Key(Array(repeating: 7, count: 63)).authenticationCode(for: [])
        let padded = try HMACSHA256Key(Array(repeating: 7, count: 63) + [0]).authenticationCode(for: [])
        let longer = try HMACSHA256Key(Array(repeating: 7, count: 63) + [0, 0]).authenticationCode(for: [])
        #expect(short == padded)
        #expect(short != longer)
    }

    @Test func `an empty key is refused`() {
        #expect(throws: CryptographyError.emptyKey) { try HMACSHA256Key([]) }
    }
}
