import Cryptography
import Encodings
import Testing
import WebhookServices

@Suite struct GenericServiceTests {
    static let signature = SignatureScheme(header: "x-example-signature", prefix: "sha256=")
    static let headers: HeaderList = [
        "Content-Type": "application/json", "X-Example-Event": "deploy", "X-Example-Delivery": "1", "Cookie": "c",
    ]

    func service(
        _ signature: SignatureScheme = signature, _ change: (inout GenericService.Definition) -> Void = { _ in }
    ) -> GenericService {
        var definition = GenericService.Definition(name: "example", title: "Example", signature: signature)
        change(&definition)
        return GenericService(definition)
    }

    @Test func `nothing else is taken`() throws {
        try checkSignature(
            of: service(), header: "X-Example-Signature", prefix: "sha256=", headers: Self.headers,
            body: Array(#"{"id":1}"#.utf8))
    }

    @Test(arguments: [SignatureScheme.Algorithm.hmacSHA384, .hmacSHA512], [SignatureScheme.Encoding.hex, .base64])
    func `longer functions`(_ algorithm: SignatureScheme.Algorithm, _ encoding: SignatureScheme.Encoding) throws {
        let service = service(SignatureScheme(header: "s", algorithm: algorithm, encoding: encoding))
        let key = try HMACKey(Array("secret".utf8), function: algorithm == .hmacSHA384 ? .sha384 : .sha512)
        let body = Array("{}".utf8)
        let code = key.authenticationCode(for: [body[...]])
        func text(_ code: [UInt8]) -> String { encoding == .hex ? Hex.encode(code) : Base64.encode(code) }
        let secrets = try service.prepared("secret")
        func verify(_ text: String) -> Verification {
            service.verify(request(HeaderList(dictionaryLiteral: ("s", text)), body), secrets: secrets)
        }
        #expect(verify(text(code)).isVerified)
        #expect(verify(text(Array(code.prefix(32)))) == .mismatch)
        #expect(verify(text(code.map { $0 ^ 1 })) == .mismatch)
        let short = try HMACSHA256Key(Array("secret".utf8)).authenticationCode(for: body[...])
        #expect(verify(text(short)) == .mismatch)
    }

    @Test func `milliseconds`() throws {
        let service = service(
            SignatureScheme(
                header: "s", parts: [.timestamp, .literal("."), .body],
                timestamp: .init(header: "t", tolerance: 60, unitsPerSecond: 1000)))
        let secrets = try service.prepared("secret")
        func verify(_ time: String) throws -> Verification {
            let code = try hexCode("secret", Array("\(time).{}".utf8))
            return service.verify(request(["t": time, "s": code], "{}"), secrets: secrets)
        }
        #expect(try verify("\(testTime)123").isVerified)
        #expect(try verify("\((testTime - 60) * 1000)").isVerified)
        #expect(try verify("\((testTime - 60) * 1000 - 1)") == .mismatch)
        #expect(try verify("\((testTime + 60) * 1000 + 1)") == .mismatch)
        #expect(try verify("\(testTime)") == .mismatch)
        #expect(try verify("999999999999999") == .mismatch)
        #expect(try verify("9999999999999999") == .mismatch)
    }

    /// One text, and two ways to cut it into two headers: the one where the literal begins first is right.
    @Test(arguments: [
        ("--", "x-", "y", false), ("--", "x", "-y", true), ("--", "x", "y--z", true), ("--", "x--", "y", false),
        ("--", "-", "y", false), ("aba", "xab", "y", false), ("aba", "xa", "y", true), (".", "x.", "y", false),
        (".", "x", ".y", true),
    ])
    func `borders cannot be shifted`(_ literal: String, _ first: String, _ second: String, _ isTaken: Bool) throws {
        let service = service(
            SignatureScheme(header: "s", parts: [.header("a"), .literal(literal), .header("b"), .literal("\n"), .body]))
        let code = try hexCode("secret", Array("\(first)\(literal)\(second)\n{}".utf8))
        let webhook = request(["a": first, "b": second, "s": code], "{}")
        #expect(service.verify(webhook, secrets: try service.prepared("secret")).isVerified == isTaken)
    }

    @Test(arguments: [
        (SecretEncoding.hex, "000102030405060708090a0b0c0d0e0f", true), (.hex, "0001", false), (.hex, "zz", false),
        (.base64, "AAECAwQFBgcICQoLDA0ODw==", true), (.base64, "AAEC", false),
        (.base64, "AAECAwQFBgcICQoLDA0ODw", false),
    ])
    func `encoded secrets`(_ encoding: SecretEncoding, _ secret: String, _ isTaken: Bool) throws {
        let service = service(SignatureScheme(header: "s", secretEncoding: encoding))
        guard isTaken else {
            #expect(throws: SecretError.self) { try service.prepared(secret) }
            return
        }
        let code = try HMACSHA256Key((0..<16).map { UInt8($0) }).authenticationCode(for: Array("{}".utf8)[...])
        let webhook = request(HeaderList(dictionaryLiteral: ("s", Hex.encode(code))), "{}")
        #expect(service.verify(webhook, secrets: try service.prepared(secret)).isVerified)
        _ = try service.prepared(service.secret(from: [UInt8](repeating: 9, count: 32)))
    }

    @Test func `where things are`() throws {
        let inHeaders = service {
            $0.event = .header("x-example-event")
            $0.deliveryID = .header("x-example-delivery")
            $0.headers = ["x-example-event", "x-absent"]
        }
        let first = try inHeaders.event(of: request(Self.headers, "{}"))
        #expect(first.topic == "webhook.example.deploy" && first.deliveryID == Array("1".utf8))
        #expect(first.headerNames == ["x-example-event"])
        #expect(
            inHeaders.schema
                == MessageSchema(name: "webhook2fedmsg.generic.message_v1", package: "webhook2fedmsg_messages"))
        let inBody = service {
            $0.event = .body("event.type")
            $0.deliveryID = .body("id")
            $0.repository = "project.name"
            $0.isPrivate = "project.private"
        }
        let body = #"{"event":{"type":"a.b c"},"id":17,"project":{"name":"sheep/meadow","private":false}}"#
        let second = try inBody.event(of: request(Self.headers, body), parser: try JSONParser(), namingRepository: true)
        #expect(second.topic == "webhook.example.a.b_c" && second.deliveryID == Array("17".utf8))
        #expect(second.repository == "sheep/meadow" && second.privateContent == nil && second.headers.isEmpty)
        let hidden = try inBody.event(of: request(Self.headers, #"{"project":{"private":true}}"#))
        #expect(hidden.privateContent == .privateRepository && hidden.topic == "webhook.example.received")
        let unknown = try inBody.event(of: request(Self.headers, #"{"event":{"type":[]},"id":null,"project":1}"#))
        #expect(unknown.privateContent == .unknownVisibility && unknown.deliveryID == nil)
        let silent = try service().event(of: request(Self.headers, "{}"))
        #expect(silent.topic == "webhook.example.received" && silent.deliveryID == nil)
        let doubled = try inHeaders.event(of: request(Self.headers.adding("X-Example-Event", "x"), "{}"))
        #expect(doubled.topic == "webhook.example.received")
    }

    @Test func `own payloads`() throws {
        let service = service {
            $0.event = .body("type")
            $0.deliveryID = .body("id")
        }
        for (event, _, bytes) in try OwnPayloads.payloads(of: "example") {
            #expect(try service.event(of: request(Self.headers, bytes)).topic == "webhook.example.\(event)")
        }
    }
}
