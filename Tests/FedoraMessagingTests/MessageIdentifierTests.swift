import Cryptography
import FedoraMessaging
import Testing

@Suite struct MessageIdentifierTests {
    /// The vectors were computed with Python's hashlib and xxhash:
    /// `sha1(namespace.bytes + token.bytes + delivery + xxh3_128_digest(payload))[:16]`, version 5 and variant stamped.
    let token = UUIDValue("0b6e6f1c-9c2d-4d7e-8a51-3f0c4a9d2e11")
    let delivery = Array("72d3162e-cc78-11e3-81ab-4c9367dc0958".utf8)

    @Test func `published vector of version 5`() throws {
        // RFC 9562, appendix A.4.
        let dns = try #require(UUIDValue("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
        let uuid = UUIDValue(namespace: dns, name: Array("www.example.com".utf8))
        #expect(uuid.description == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }

    @Test func `delivery vector`() throws {
        #expect(MessageIdentifier.namespace.description == "6f0c2f0e-5d0b-4c39-9a37-1b5f5a8e2d74")
        let vectors = [
            ("", "9a4bedbe-8917-5a63-8a5f-a7c66d39a237"),
            (#"{"n":1}"#, "5e146196-8aa2-5b9f-b031-4e957bd6f7f8"),
            (#"{"n":2}"#, "9f1f4d3a-929b-5063-a451-7a392c933259"),
            (#"{"n": 1}"#, "7baec9dc-8e66-5b25-a9a7-abf0359d12cf"),
        ]
        for (payload, expected) in vectors {
            let id = MessageIdentifier.make(
                token: try #require(token), deliveryID: delivery, digest: XXH3.digest(Array(payload.utf8)[...]))
            #expect(id.description == expected)
        }
    }

    @Test func `an empty delivery id is one`() throws {
        let id = MessageIdentifier.make(
            token: try #require(token), deliveryID: [], digest: XXH3.digest(Array(#"{"n":1}"#.utf8)[...]))
        #expect(id.description == "33acede5-86ad-5ce8-8b64-eec313c4a45d")
    }

    @Test func `another token is another message`() throws {
        let other = try #require(UUIDValue("0b6e6f1c-9c2d-4d7e-8a51-3f0c4a9d2e12"))
        let digest = XXH3.digest([])
        let first = MessageIdentifier.make(token: try #require(token), deliveryID: delivery, digest: digest)
        #expect(MessageIdentifier.make(token: other, deliveryID: delivery, digest: digest) != first)
    }

    @Test func `random ones are version 4 and differ`() {
        var seen: Set<UUIDValue> = []
        for _ in 0..<200 {
            let uuid = MessageIdentifier.random()
            let text = Array(uuid.description)
            #expect(text[14] == "4" && "89ab".contains(text[19]))
            #expect(UUIDValue(uuid.description) == uuid)
            seen.insert(uuid)
        }
        #expect(seen.count == 200)
    }

    @Test(arguments: [
        "", "0b6e6f1c", "0b6e6f1c9c2d4d7e8a513f0c4a9d2e11", "0b6e6f1c-9c2d-4d7e-8a51-3f0c4a9d2e1g",
        "0b6e6f1c-9c2d-4d7e-8a51-3f0c4a9d2e111", "0b6e6f1c-9c2d-4d7e-8a5-13f0c4a9d2e11",
        "0b6e6f1c-9c2d-4d7e-8a51-3f0c4a9d2eé",
    ])
    func `no UUID`(_ text: String) {
        #expect(UUIDValue(text) == nil)
    }

    @Test func `upper case and bytes are taken`() throws {
        let upper = try #require(UUIDValue("0B6E6F1C-9C2D-4D7E-8A51-3F0C4A9D2E11"))
        #expect(upper == token)
        #expect(UUIDValue(bytes: upper.bytes) == token)
        #expect(UUIDValue(bytes: Array(upper.bytes.dropLast())) == nil)
    }
}
