import FedoraMessaging
import Testing

@Suite struct MessageIdentifierTests {
    /// The vectors were computed with Python's hashlib:
    /// `sha1(namespace.bytes + token.bytes + delivery)[:16]`, version 5 and variant stamped; Python's own
    /// `uuid.uuid5` (3.12, which takes bytes) gives the same.
    let token = UUIDValue("0b6e6f1c-9c2d-4d7e-8a51-3f0c4a9d2e11")
    let delivery = Array("72d3162e-cc78-11e3-81ab-4c9367dc0958".utf8)

    @Test func publishedVectorOfVersion5() throws {
        // RFC 9562, appendix A.4.
        let dns = try #require(UUIDValue("6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
        let uuid = UUIDv5.make(namespace: dns, name: Array("www.example.com".utf8))
        #expect(uuid.description == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
    }

    @Test func deliveryVector() throws {
        #expect(MessageIdentifier.namespace.description == "6f0c2f0e-5d0b-4c39-9a37-1b5f5a8e2d74")
        let id = MessageIdentifier.make(token: try #require(token), deliveryID: delivery)
        #expect(id.description == "fef0f8b5-fa7a-5db7-8611-7f83b8555290")
    }

    @Test func vectorWithADigest() throws {
        let digest = try #require(
            UUIDValue("0252d04b-8179-2d63-7d82-235c2e3f2f5a"))
        let rest = try #require(UUIDValue("1aef4939-8305-65ee-e2ae-c25d37681212"))
        let id = MessageIdentifier.make(
            token: try #require(token), deliveryID: delivery, digest: digest.bytes + rest.bytes)
        #expect(id.description == "fa615fd7-5e13-5c04-a07d-0453f23dd33c")
    }

    @Test func aDigestIsNoPartOfTheDeliveryID() throws {
        let token = try #require(token)
        let digest = [UInt8](repeating: 7, count: 32)
        let joined = MessageIdentifier.make(token: token, deliveryID: delivery + digest)
        #expect(MessageIdentifier.make(token: token, deliveryID: delivery, digest: digest) != joined)
    }

    @Test func anotherTokenIsAnotherMessage() throws {
        let other = try #require(UUIDValue("0b6e6f1c-9c2d-4d7e-8a51-3f0c4a9d2e12"))
        let first = MessageIdentifier.make(token: try #require(token), deliveryID: delivery)
        #expect(MessageIdentifier.make(token: other, deliveryID: delivery) != first)
    }

    @Test func randomOnesAreVersion4AndDiffer() {
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
    func noUUID(_ text: String) {
        #expect(UUIDValue(text) == nil)
    }

    @Test func upperCaseAndBytesAreTaken() throws {
        let upper = try #require(UUIDValue("0B6E6F1C-9C2D-4D7E-8A51-3F0C4A9D2E11"))
        #expect(upper == token)
        #expect(UUIDValue(bytes: upper.bytes) == token)
        #expect(UUIDValue(bytes: Array(upper.bytes.dropLast())) == nil)
    }
}
