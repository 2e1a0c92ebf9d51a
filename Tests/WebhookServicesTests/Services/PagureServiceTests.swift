import Cryptography
import Testing
import WebhookServices

@Suite struct PagureServiceTests {
    let service = PagureService()
    static let headers: HeaderList = [
        "X-Pagure": "https://pagure.example.org/",
        "X-Pagure-project": "sheep/meadow",
        "X-Pagure-Signature": "74b12f0b25bf7767014a0c0de9f3c10191e943d8",
        "X-Pagure-Topic": "git.receive",
        "Content-Type": "application/json",
    ]

    /// Of Pagure's own tests.
    @Test func `the vector`() throws {
        let body = """
            {"i": 1, "msg": {"pagure_instance": "http://localhost.localdomain/", "payload": ["a", "b", "c"], \
            "project_fullname": "test"}, "msg_id": "2018-not_so_random", "timestamp": 2, "topic": "topic"}
            """
        let headers = Self.headers.setting(
            "X-Pagure-Signature-256", "f3d757796554466eac49a5282b24ee32a1ecfb65dedd6c6231fb207240a9fe58")
        let secrets = try service.prepared("aaabbbccc")
        #expect(service.verify(request(headers, body), secrets: secrets).isVerified)
        #expect(try service.event(of: request(headers, body)).deliveryID == Array("2018-not_so_random".utf8))
        // SHA-1 proves nothing, though right.
        #expect(service.verify(request(Self.headers, body), secrets: secrets) == .missing)
    }

    @Test func `nothing else is taken`() throws {
        try checkSignature(
            of: service, header: "X-Pagure-Signature-256", prefix: "", headers: Self.headers,
            body: Array(#"{"msg_id":"1","topic":"git.receive"}"#.utf8))
    }

    @Test func `the key is made there`() {
        #expect(service.secretOrigin == .there && service.proof == .signature)
    }

    @Test func `own payloads`() throws {
        for (event, _, bytes) in try OwnPayloads.payloads(of: "pagure") {
            let read = try service.event(
                of: request(Self.headers.setting("X-Pagure-Topic", event), bytes), parser: try JSONParser(),
                namingRepository: true)
            #expect(read.topic == "webhook.pagure.\(event)" && read.name == event)
            #expect(read.sender == "dolly" && read.repository == "sheep/meadow")
            #expect(read.privateContent == .unknownVisibility)
            #expect(read.deliveryID?.starts(with: "2026-".utf8) == true)
            #expect(read.headerNames == ["x-pagure-topic", "x-pagure-project", "x-pagure", "content-type"])
        }
    }

    @Test func `oddities`() throws {
        let event = try service.event(of: request(Self.headers, #"{"msg_id":5,"msg":[]}"#))
        #expect(event.deliveryID == nil && event.sender == nil)
        #expect(
            try service.error(of: request(Self.headers.setting("X-Pagure-Topic", nil), "{}"))
                == .missingHeader("x-pagure-topic"))
    }
}
