import Testing

@testable import WebhookServices

@Suite struct ContentKindTests {
    @Test(arguments: [
        "application/json", "Application/JSON", "text/json", "application/json; charset=utf-8", "application/json;x",
        "application/cloudevents+json", "APPLICATION/VND.API+JSON ; v=1", "application/+json",
    ])
    func `JSON`(type: String) {
        #expect(ContentKind(mediaType: Array(type.utf8)[...]) == .json)
    }

    @Test(arguments: ["application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; charset=utf-8"])
    func `form`(type: String) {
        #expect(ContentKind(mediaType: Array(type.utf8)[...]) == .form)
    }

    @Test(arguments: [
        "", "json", "application/jsonx", "application/xjson", "text/cloudevents+json", "application/json+xml",
        "text/plain", "application/", "+json",
        "application/jso\u{16E}", "multipart/form-data; boundary=application/json",
    ])
    func `other`(type: String) {
        #expect(ContentKind(mediaType: Array(type.utf8)[...]) == .other)
    }
}
