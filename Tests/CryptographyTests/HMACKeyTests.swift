import Cryptography
import Encodings
import Testing

/// RFC 4231, sections 4.3 and 4.7.
@Suite struct HMACKeyTests {
    @Test(arguments: [
        (
            HMACKey.Function.sha384,
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952"
        ),
        (
            .sha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
                + "caeab1a34d4a6b4b636e070a38bce737",
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e52"
                + "95e64f73f63f0aec8b915a985d786598"
        ),
    ])
    func `vectors`(_ function: HMACKey.Function, _ short: String, _ long: String) throws {
        let jefe = try HMACKey(Array("Jefe".utf8), function: function)
        let pieces = ["what do ya ", "", "want for nothing?"].map { Array($0.utf8)[...] }
        #expect(Hex.encode(jefe.authenticationCode(for: pieces)) == short)
        #expect(Hex.encode(jefe.authenticationCode(for: pieces)) == short)
        let key = try HMACKey([UInt8](repeating: 0xaa, count: 131), function: function)
        let text = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        #expect(Hex.encode(key.authenticationCode(for: [text[...]])) == long)
        #expect(key.authenticationCode(for: []).count == function.codeCount)
    }

    @Test func `an empty key is none`() {
        #expect(throws: CryptographyError.emptyKey) { try HMACKey([], function: .sha512) }
    }
}
