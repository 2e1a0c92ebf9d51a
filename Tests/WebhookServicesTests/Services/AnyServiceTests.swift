import Testing
import WebhookServices

/// What holds for every service, whatever comes.
@Suite struct AnyServiceTests {
    static let generic: GenericService = {
        var definition = GenericService.Definition(
            name: "example", title: "Example",
            signature: SignatureScheme(
                header: "x-example-signature",
                parts: [.header("x-id"), .literal("."), .timestamp, .literal(":"), .body],
                algorithm: .hmacSHA512, encoding: .base64, listSeparator: ",",
                timestamp: .init(header: "x-time", unitsPerSecond: 1000)))
        definition.event = .body("a.b")
        definition.deliveryID = .header("x-id")
        definition.repository = "repository.full_name"
        definition.isPrivate = "repository.private"
        definition.headers = ["user-agent"]
        return GenericService(definition)
    }()
    static let services: [any WebhookService] = ServiceRegistry.builtIn + [generic]

    static let names = [
        "content-type", "user-agent", "x-hub-signature", "x-hub-signature-256", "x-github-event", "x-github-delivery",
        "x-github-hook-installation-target-id", "x-github-hook-installation-target-type", "x-gitlab-token",
        "x-gitlab-event", "x-gitlab-webhook-uuid", "x-gitlab-event-uuid", "webhook-id", "webhook-timestamp",
        "webhook-signature", "x-forgejo-event", "x-forgejo-delivery", "x-forgejo-signature", "x-gitea-event",
        "x-gitea-delivery", "x-gitea-signature", "x-discourse-instance", "x-discourse-event-id",
        "x-discourse-event-type", "x-discourse-event", "x-discourse-event-signature", "x-event-key", "x-request-uuid",
        "x-pagure-topic", "x-pagure-signature-256", "sentry-hook-resource", "sentry-hook-signature", "request-id",
        "authorization", "x-example-signature", "x-id", "x-time",
    ]
    static let values = [
        "", " ", ".", "..", "push", "a:b:c", "application/json", "application/x-www-form-urlencoded", "text/plain",
        "sha256=", "sha256=00", "sha256=" + String(repeating: "0", count: 64), String(repeating: "f", count: 64),
        "v1,", "v1,AAAA", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "Basic", "Basic Og==", "Basic Ojo=",
        "Basic dzpw", "0", "-1", "1.5", "9223372036854775807", "99999999999999999999", "\(testTime)", "\(testTime).9",
        String(repeating: "9", count: 15), String(repeating: "x", count: 3000), "żółw ☃",
    ]
    static let bodies = [
        "", "{", "{}", " {} ", "[]", "null", "1", #"{"a":{"b":1}}"#, #"{"secret":1,"callback_url":2}"#,
        "payload=%7B%7D",
        "payload=", "payload=%", #"{"repository":{"private":true,"full_name":7}}"#, #"{"action":{"x":[1]}}"#,
        #"{"action":"\u0000","type":"\ud83d\ude00","msg_id":"","notification_id":1}"#,
        #"{"sender":[],"msg":{"issue":{"private":1}},"push_data":{"pusher":{}},"data":null}"#, "\u{feff}{}",
    ]

    /// What a service says of its payloads is what it finds in them; and by that a token is found, if there is a proof.
    @Test(arguments: services.indices) func `whether repositories are named`(_ index: Int) throws {
        let service = Self.services[index]
        guard service.proof != .pathOnly else {
            #expect(!service.isFoundWithoutID)
            return
        }
        let payload = service.examplePayload(repository: "fedora/infra", sender: "zoe", id: ExampleValue.uuid)
        let name = try JSONParser().withDocument(Array(payload.utf8)[...]) { service.repository(in: $0) }
        #expect((name != nil) == service.namesRepositories, "\(service.name)")
        #expect(service.isFoundWithoutID == service.namesRepositories)
    }

    /// Random headers, some of them of the kind that services look for, before random bodies.
    @Test func `nothing traps`() throws {
        var generator = SeededGenerator(state: 20_261_123)
        let parser = try JSONParser()
        let secrets: [String] = ["secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
        var prepared: [String: [PreparedSecret]] = [:]
        for service in Self.services {
            prepared[service.name] = secrets.compactMap { try? service.prepare(secret: Array($0.utf8)) }
        }
        var events = 0
        for round in 0..<6000 {
            var headers = HeaderList()
            for _ in 0..<Int.random(in: 0...24, using: &generator) {
                let name = Self.names.randomElement(using: &generator) ?? ""
                headers.fields.append((name, randomValue(&generator)))
            }
            var webhook = request(headers, randomBody(&generator))
            webhook.isAtTokenAddress = round.isMultiple(of: 2)
            if round.isMultiple(of: 5) { webhook.query = randomBody(&generator)[...] }
            if round.isMultiple(of: 3) { webhook.settings = ["instance_url": "https://p.example.org"] }
            for service in Self.services {
                let result = service.verify(webhook, secrets: prepared[service.name] ?? [])
                #expect(service.proof == .pathOnly || !result.isVerified || service.name == "pretix")
                _ = service.presentedSecret(in: webhook)
                _ = service.isDelivery(query: webhook.query ?? [])
                _ = try? service.repository(of: webhook, parser: parser)
                guard let event = try? service.event(of: webhook, parser: parser, namingRepository: true) else {
                    continue
                }
                events += 1
                #expect(event.topic.hasPrefix(service.topicRoot + ".") && event.topic.utf8.count <= 160)
                // Foundation takes no half of a surrogate pair.
                try parser.withDocument(event.messageBody()[...]) {
                    #expect($0.contains("webhook_headers") || $0.contains("headers"))
                }
                #expect(!event.headerNames.contains { $0.lowercased() == "authorization" })
            }
        }
        #expect(events > 1000)
    }

    private func randomValue(_ generator: inout SeededGenerator) -> [UInt8] {
        guard Bool.random(using: &generator) else {
            return Array((Self.values.randomElement(using: &generator) ?? "").utf8)
        }
        return (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private func randomBody(_ generator: inout SeededGenerator) -> [UInt8] {
        var body = Array((Self.bodies.randomElement(using: &generator) ?? "").utf8)
        for _ in 0..<Int.random(in: 0...2, using: &generator) where !body.isEmpty {
            body[Int.random(in: 0..<body.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        return body
    }

    static let shapes = [
        "{}", #"{"sender":5,"repository":null,"project":[],"organization":"x"}"#, #"{"action":7,"type":{},"msg":"x"}"#,
        #"{"repository":{"full_name":{"a":1},"private":"no","is_private":0,"public":[]}}"#, #"{"run":7,"issue":[[]]}"#,
        #"{"sender":{"login":null},"user":{"username":[]},"actor":true,"data":[]}"#,
        #"{"push_data":null,"callback_url":null,"secret":null,"instance_url":[],"code":{},"attendee_name":9}"#,
        #"{"pullRequest":{"toRef":[]},"pullrequest":0,"old":1,"new":"x","fork":false,"eventKey":[]}"#,
        #"{"action":"","type":"","msg_id":"","msg":{"agent":""},"notification_id":-1,"object_kind":""}"#,
        #"{"a":1,"a":2,"sender":1,"sender":{"login":"x"}}"#,
        #"{"sender":{"login":"a\u0000b\n\u001b[31m"},"user":"\u0000","actor":{"username":"\ud83d\ude00"}}"#,
    ]

    /// Services disable hooks that get 4xx: what cannot be told from an authentic webhook is simply not said.
    @Test(arguments: services, shapes)
    func `odd shapes are never errors`(_ service: any WebhookService, _ body: String) throws {
        var headers: HeaderList = ["Content-Type": "application/json"]
        for (name, value) in service.exampleHeaders(event: nil) ?? [:] { headers = headers.adding(name, value) }
        let event = try service.event(of: request(headers, body), parser: try JSONParser(), namingRepository: true)
        #expect(event.topic.hasPrefix(service.topicRoot + "."))
        #expect(try event.parsedBody().count >= 2)
        #expect(event.sender?.isEmpty != true)
    }

    /// The examples are what the service needs, and nothing is missing.
    @Test(arguments: services)
    func `example headers`(_ service: any WebhookService) throws {
        let plain = try #require(service.exampleHeaders(event: nil))
        #expect(plain.keys.allSatisfy { $0 == $0.lowercased() } && plain.values.allSatisfy { !$0.isEmpty })
        for name in plain.keys {
            var headers: HeaderList = [:]
            for (other, value) in plain where other != name { headers = headers.adding(other, value) }
            #expect(try service.error(of: request(headers, "{}")) == .missingHeader(name), "\(service.name)")
        }
        if let named = service.exampleHeaders(event: "x_y") {
            #expect(named != plain && Set(plain.keys).isSubset(of: named.keys))
        }
    }
}
