import Testing
import WebhookServices

/// What a service has without saying anything of it.
@Suite struct WebhookServiceTests {
    let service = ExampleService()

    @Test func `signatures`() throws {
        try checkSignature(
            of: service, header: "X-Example-Signature", prefix: "", headers: ExampleService.headers,
            body: Array(#"{"actor":"alice"}"#.utf8))
    }

    @Test func `JSON is the only content type`() throws {
        #expect(try service.event(of: request(ExampleService.headers, #"{"actor":"alice"}"#)).sender == "alice")
        for type in ["application/x-www-form-urlencoded", "text/plain"] {
            let headers = ExampleService.headers.setting("Content-Type", type)
            #expect(try service.error(of: request(headers, "payload=%7B%7D")) == .unsupportedMediaType)
        }
    }

    @Test func `limits are the callers`() throws {
        let parser = try JSONParser()
        let deep = request(ExampleService.headers, #"{"a":[[1]]}"#)
        #expect(throws: WebhookError.json(.tooDeep)) {
            try service.event(of: deep, parser: parser, limits: JSONLimits(maxDepth: 2))
        }
        #expect(throws: WebhookError.json(.tooLarge)) {
            try service.event(of: deep, parser: parser, limits: JSONLimits(maxBytes: 10))
        }
        #expect(
            try service.event(of: deep, parser: parser, limits: JSONLimits(maxDepth: 3, maxBytes: 11)).sender == nil)
    }

    @Test func `statuses`() {
        let statuses: [(WebhookError, Int)] = [
            (.missingHeader("x"), 400), (.duplicateHeader("x"), 400), (.invalidForm("x"), 400),
            (.unsupportedMediaType, 415), (.json(.tooLarge), 413), (.json(.syntax), 400), (.json(.tooDeep), 400),
            (.json(.notUTF8), 400), (.json(.notAnObject), 400), (.json(.numberOutOfRange), 400),
            (.json(.outOfMemory), 503),
        ]
        for (error, status) in statuses {
            #expect(error.status == status)
            #expect(!error.description.isEmpty && !error.code.isEmpty)
        }
    }
}
