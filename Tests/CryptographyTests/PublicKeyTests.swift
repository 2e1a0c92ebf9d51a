import COpenSSL
import Cryptography
import Encodings
import Testing

/// Keys that are none, and what is left behind by them.
@Suite struct PublicKeyTests {
    /// A modulus of 2,048 bits without small factors.
    static let modulus: [UInt8] =
        Hex.decode(
            "a2b451a07d0aa5f96e455671513550514a8a5b462ebef717094fa1fee82224e637f9746d3f7cafd31878d80325b6ef5a1700f65903b46942"
                + "9e89d6eac8845097b5ab393189db92512ed8a7711a1253facd20f79c15e8247f3d3e42e46e48c98e254a2fe9765313a03eff8f17e1a0"
                + "29397a1fa26a8dce26f490ed81299615d9814c22da610428e09c7d9658594266f5c021d0fceca08d945a12be82de4d1ece6b4c03145b"
                + "5d3495d4ed5411eb878daf05fd7afc3e09ada0f1126422f590975a1969816f48698bcbba1b4d9cae79d460d8f9f85e7975005d9bc22c"
                + "4e5ac0f7c1a45d12569a62807d3b9a02e5a530e773066f453d1f5b4c2e9cf7820283f742b9d5") ?? []
    static let x: [UInt8] = Hex.decode("2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838") ?? []
    static let y: [UInt8] = Hex.decode("c7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e") ?? []
    static let edwards: [UInt8] = Hex.decode("7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa") ?? []
    static let usual: [UInt8] = [1, 0, 1]

    // These lists are made anew each time: the leak sanitizer does not follow pointers that have an enum's case in their spare
    // bits, so that lists that are kept look lost to it.

    static var goodParts: [PublicKey.Parts] {
        [
            .rsa(modulus: modulus, exponent: usual), .rsa(modulus: [0, 0] + modulus, exponent: [0] + usual),
            .rsa(modulus: modulus, exponent: [3]), .rsa(modulus: modulus, exponent: [UInt8](repeating: 0xFF, count: 8)),
            .elliptic(.p256, x: x, y: y), .ed25519(edwards),
        ]
    }

    @Test func `keys in all their spellings`() throws {
        for (index, parts) in Self.goodParts.enumerated() {
            _ = try PublicKey(parts)
            #expect(ERR_peek_error() == 0, "key \(index)")
        }
    }

    static var otherSizes: [PublicKey.Parts] {
        [
            .rsa(modulus: [], exponent: usual), .rsa(modulus: modulus, exponent: []),
            .rsa(modulus: [0, 0, 0], exponent: usual), .rsa(modulus: modulus, exponent: [0, 0]),
            .rsa(modulus: Array(modulus.dropFirst()), exponent: usual),
            // 2,047 bits.
            .rsa(modulus: [0x7F] + modulus.dropFirst(), exponent: usual),
            .rsa(modulus: [1] + [UInt8](repeating: 0xFF, count: 1024), exponent: usual),
            .rsa(modulus: [UInt8](repeating: 0xFF, count: 1 << 20), exponent: usual),
            .rsa(modulus: modulus, exponent: [UInt8](repeating: 0xFF, count: 9)),
            .rsa(modulus: modulus, exponent: modulus),
            .elliptic(.p256, x: [], y: []), .elliptic(.p256, x: [0] + x, y: y), .elliptic(.p256, x: x, y: [0] + y),
            .elliptic(.p256, x: Array(x.dropLast()), y: y + [0]), .elliptic(.p384, x: x, y: y),
            .elliptic(.p521, x: x, y: y), .ed25519([]), .ed25519(edwards + [0]), .ed25519(Array(edwards.dropLast())),
        ]
    }

    @Test func `parts of another size than is accepted`() {
        for (index, parts) in Self.otherSizes.enumerated() {
            #expect(throws: PublicKey.Fault.size, "key \(index)") { _ = try PublicKey(parts) }
        }
    }

    static var otherValues: [PublicKey.Parts] {
        [
            .rsa(modulus: modulus.dropLast() + [0xD4], exponent: usual), .rsa(modulus: modulus, exponent: [1, 0, 0]),
            .rsa(modulus: modulus, exponent: [1]), .rsa(modulus: modulus, exponent: [2]),
            // It is divisible by 3.
            .rsa(modulus: [UInt8](repeating: 0xFF, count: 256), exponent: usual),
            .elliptic(.p256, x: x, y: x), .elliptic(.p256, x: y, y: x),
            .elliptic(.p256, x: [UInt8](repeating: 0, count: 32), y: [UInt8](repeating: 0, count: 32)),
            .elliptic(.p256, x: [UInt8](repeating: 0xFF, count: 32), y: [UInt8](repeating: 0xFF, count: 32)),
            .elliptic(.p521, x: [UInt8](repeating: 0xFF, count: 66), y: [UInt8](repeating: 1, count: 66)),
            .ed25519([UInt8](repeating: 0, count: 32)), .ed25519([UInt8](repeating: 0, count: 31) + [0x80]),
            .ed25519([1] + [UInt8](repeating: 0, count: 31)), .ed25519([0xEC] + [UInt8](repeating: 0xFF, count: 31)),
            .ed25519(
                Hex.decode("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05") ?? []),
            .ed25519(
                Hex.decode("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa") ?? []),
        ]
    }

    @Test func `parts that make no key`() {
        for (index, parts) in Self.otherValues.enumerated() {
            #expect(throws: PublicKey.Fault.value, "key \(index)") { _ = try PublicKey(parts) }
            #expect(ERR_peek_error() == 0)
        }
    }

    /// Bytes of Ed25519 that stand for no point are found out when something is verified.
    @Test func `a y coordinate that no point has`() {
        let key = try? PublicKey(.ed25519([2] + [UInt8](repeating: 0, count: 31)))
        #expect(key?.verify([UInt8](repeating: 1, count: 64), of: [], algorithm: .ed25519) != true)
        #expect(ERR_peek_error() == 0)
    }

    /// A prime modulus has the longest check of all, and everybody knows its private exponent.
    @Test func `a modulus that is a prime`() {
        let prime = BN_get_rfc3526_prime_2048(nil)
        defer { BN_free(prime) }
        var modulus = [UInt8](repeating: 0, count: 256)
        #expect(BN_bn2binpad(prime, &modulus, 256) == 256)
        #expect(throws: PublicKey.Fault.value) {
            _ = try PublicKey(.rsa(modulus: modulus, exponent: Self.usual))
        }
    }

    static let algorithms: [PublicKey.Algorithm] = [
        .rsaPKCS1(.sha256), .rsaPKCS1(.sha384), .rsaPKCS1(.sha512), .rsaPSS(.sha256), .rsaPSS(.sha384),
        .rsaPSS(.sha512),
        .ecdsa(.p256), .ecdsa(.p384), .ecdsa(.p521), .ed25519,
    ]

    @Test func `signatures of any length and of no meaning`() throws {
        for (index, parts) in Self.goodParts.enumerated() {
            let key = try PublicKey(parts)
            for algorithm in Self.algorithms {
                for count in [0, 1, 32, 63, 64, 65, 96, 132, 255, 256, 257, 8192] {
                    for byte in [0, 1, 0xFF] as [UInt8] {
                        let signature = [UInt8](repeating: byte, count: count)
                        #expect(!key.verify(signature, of: [1, 2, 3], algorithm: algorithm), "key \(index)")
                        #expect(ERR_peek_error() == 0)
                    }
                }
            }
        }
    }
}
