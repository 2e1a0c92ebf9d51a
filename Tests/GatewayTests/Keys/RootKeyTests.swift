import Testing

@testable import Gateway

@Suite struct RootKeyTests {
    private let material: [UInt8] = Array(0xe0...0xff)

    @Test func `reads every form`() throws {
        let key = try RootKey(material: material)
        let hex = "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
        let base64 = "4OHi4+Tl5ufo6err7O3u7/Dx8vP09fb3+Pn6+/z9/v8="
        let forms = [
            hex, hex + "\n", " " + hex.uppercased() + "\r\n\n", base64, base64 + "\n",
            "4OHi4-Tl5ufo6err7O3u7_Dx8vP09fb3-Pn6-_z9_v8", "4OHi4+Tl5ufo6err7O3u7/Dx\n8vP09fb3+Pn6+/z9/v8=\n",
        ]
        for form in forms { #expect(try RootKey(fileContent: Array(form.utf8)) == key) }
        #expect(try RootKey(fileContent: material) == key)
        // A raw key may begin or end with a byte that looks like a line end.
        let withLineEnd = Array(material.dropLast()) + [0x0a]
        #expect(try RootKey(fileContent: withLineEnd) == RootKey(material: withLineEnd))
    }

    @Test func `refuses what is none`() {
        func problem(_ bytes: [UInt8]) -> RootKeyFormatError? {
            do {
                _ = try RootKey(fileContent: bytes)
                return nil
            } catch {
                return error as? RootKeyFormatError
            }
        }
        #expect(problem([]) == .empty)
        #expect(problem(Array(" \n\t\n".utf8)) == .empty)
        #expect(problem(Array("correct horse battery staple!".utf8)) == .notText)
        #expect(problem(Array("0123456789abcdef0123456789abcdef".utf8)) == .tooShort(bytes: 16))
        #expect(problem(Array("c2hvcnQ=".utf8)) == .tooShort(bytes: 5))
        #expect(problem([UInt8](repeating: 0, count: 32)) == .notRandom)
        #expect(problem(Array(material.dropLast())) == .notText)
        #expect(problem(material + [0x0a]) == .notText)
    }

    @Test func `names are stable and say nothing`() throws {
        let key = try RootKey(material: material)
        #expect(key.id.count == 16)
        #expect(try RootKey(material: material).id == key.id)
        #expect(try RootKey(material: Array(material.reversed())).id != key.id)
        var dumped = ""
        dump(key, to: &dumped)
        for shown in ["\(key)", String(reflecting: key), dumped] {
            #expect(!shown.contains("224"))
            #expect(!shown.contains("e0e1"))
        }
    }

    @Test func `each purpose has its own key`() throws {
        let key = try RootKey(material: material)
        let derived = try KeyPurpose.allCases.map { try key.derive($0) }
        #expect(Set(derived).count == KeyPurpose.allCases.count)
        #expect(derived.allSatisfy { $0.count == 32 })
    }

    @Test func `made keys are readable`() throws {
        let (key, content) = try RootKey.generate()
        #expect(try RootKey(fileContent: content) == key)
        #expect(content.count == 65)
        #expect(try RootKey.generate().key != key)
    }
}
