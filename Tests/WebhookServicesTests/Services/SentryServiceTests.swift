import Testing
import WebhookServices

@Suite struct SentryServiceTests {
    let service = SentryService()
    static let headers: HeaderList = [
        "Content-Type": "application/json",
        "Request-ID": "3c0ffee0-1111-4000-8000-000000000000",
        "Sentry-Hook-Resource": "issue",
        "Sentry-Hook-Timestamp": "1764000000",
    ]

    @Test func `a vector`() throws {
        let headers = Self.headers.setting(
            "Sentry-Hook-Signature", "9b05c6b98d963e915adee9a9a31112772be0463d294ca2a810c12adc468d8822")
        let secrets = try service.prepared("sentry-client-secret")
        #expect(service.verify(request(headers, #"{"action":"created"}"#), secrets: secrets).isVerified)
        #expect(service.secretOrigin == .there)
    }

    @Test func `nothing else is taken`() throws {
        try checkSignature(
            of: service, header: "Sentry-Hook-Signature", prefix: "", headers: Self.headers,
            body: Array(#"{"action":"created"}"#.utf8))
    }

    @Test func `own payloads`() throws {
        for (event, _, bytes) in try OwnPayloads.payloads(of: "sentry") {
            let resource = String(event.prefix { $0 != "." })
            let read = try service.event(of: request(Self.headers.setting("Sentry-Hook-Resource", resource), bytes))
            #expect(read.topic == "webhook.sentry.\(event)" && read.name == event && read.privateContent == nil)
            #expect(read.deliveryID == Array("3c0ffee0-1111-4000-8000-000000000000".utf8))
            #expect(
                read.headerNames == ["sentry-hook-resource", "request-id", "sentry-hook-timestamp", "content-type"])
        }
    }

    @Test func `oddities`() throws {
        #expect(try service.event(of: request(Self.headers, "{}")).topic == "webhook.sentry.issue._")
        let odd = Self.headers.setting("Sentry-Hook-Resource", "a.b/c").setting("Request-ID", nil)
        let event = try service.event(of: request(odd, #"{"action":"d.e"}"#))
        #expect(event.topic == "webhook.sentry.a.b_c.d.e" && event.deliveryID == nil)
        let install = Self.headers.setting("Sentry-Hook-Resource", "installation")
        #expect(try service.event(of: request(install, "{}")).privateContent == .confidential)
        let code = #"{"data":{"installation":{"code":"f3c7"}}}"#
        for allows in [true, false] {
            var webhook = request(Self.headers, code)
            webhook.allowsPrivateContent = allows
            #expect(!String(decoding: try service.event(of: webhook).payloadBytes, as: UTF8.self).contains("f3c7"))
        }
    }

    /// What an error holds stays where it is: what goes out is that there was one.
    @Test func `what goes out of an error`() throws {
        let body =
            #"{"action":"created","actor":{"name":"Jane","id":1},"installation":{"uuid":"u"},"data":{"error":{"#
            + #""id":"1","title":"KeyError: jane@example.org","culprit":"app.main","level":"error","project":3,"#
            + #""url":"https://sentry.example.org/e/1","request":{"cookies":[["sid","s3cr3t"]],"headers":"#
            + #"[["Authorization","Basic x"]]},"user":{"email":"jane@example.org"},"tags":[]},"issue":{"id":"2","#
            + #""project":{"id":"3","slug":"s","platform":"p"},"metadata":{"value":"v"}}}}"#
        let headers = Self.headers.setting("Sentry-Hook-Resource", "error")
        var webhook = request(headers, body)
        let event = try service.event(of: webhook)
        #expect(event.privateContent == nil)
        #expect(
            String(decoding: event.payloadBytes, as: UTF8.self)
                == #"{"action":"created","data":{"error":{"id":"1","title":"KeyError: ","culprit":"app.main","#
                + #""level":"error","project":3,"url":"https://sentry.example.org/e/1"},"issue":{"id":"2","#
                + #""project":{"id":"3","slug":"s"}}}}"#)
        webhook.allowsPrivateContent = true
        let all = String(decoding: try service.event(of: webhook).payloadBytes, as: UTF8.self)
        #expect(all.contains("s3cr3t") && all.contains("Jane") && !all.contains("jane@"))
    }
}
