import Encodings
import Testing

@Suite struct HexTests {
    @Test func `every byte there and back`() {
        let bytes = [UInt8](0...255)
        let text = Hex.encode(bytes)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(text.uppercased()) == bytes)
    }

    @Test(arguments: ["0", "0g", " 0", "0x", "00 ", "é0", "0/", "0:", "@0", "`0", "G0"])
    func `what is not hex`(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func `nothing`() {
        #expect(Hex.encode([]) == "")
        #expect(Hex.decode("") == [])
    }
}

/// RFC 4648 section 10, and what a strict decoder refuses.
@Suite struct Base64Tests {
    static let vectors = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test(arguments: vectors)
    func `rfc 4648`(_ plain: String, _ encoded: String) {
        let bytes = Array(plain.utf8)
        #expect(Base64.encode(bytes) == encoded)
        #expect(Base64.decode(encoded) == bytes)
        let unpadded = encoded.filter { $0 != "=" }
        #expect(Base64.encodeURLSafe(bytes) == unpadded)
        #expect(Base64.decodeURLSafe(unpadded) == bytes)
    }

    @Test func `both alphabets`() {
        let bytes: [UInt8] = [0xfb, 0xff, 0xbf]
        #expect(Base64.encode(bytes) == "+/+/")
        #expect(Base64.encodeURLSafe(bytes) == "-_-_")
        #expect(Base64.decode("-_-_") == nil)
        #expect(Base64.decodeURLSafe("+/+/") == nil)
        let all = [UInt8](0...255)
        #expect(Base64.decode(Base64.encode(all)) == all)
        #expect(Base64.decodeURLSafe(Base64.encodeURLSafe(all)) == all)
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "====", "Z===", "Zg==Zg==", "Zh==", "Zm9=", "Zm9v\n", "Zm 9", "=Zg="])
    func `what is not base 64`(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["Z", "Zg==", "Zh", "Zm9v=", "Zm 9"])
    func `what is not URL safe base 64`(_ text: String) {
        #expect(Base64.decodeURLSafe(text) == nil)
    }
}
