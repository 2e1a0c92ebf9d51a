import Testing

@testable import WebhookServices

@Suite struct FormBodyTests {
    @Test func `every byte escaped`() throws {
        let hex = Array("0123456789abcdef")
        let escaped = (0...255).map { "%\(hex[$0 >> 4])\(hex[$0 & 15])" }.joined()
        #expect(try FormBody(bytes: Array("payload=\(escaped)".utf8)[...]).value(of: "payload") == Array(0...255))
        let upper = escaped.uppercased()
        #expect(try FormBody(bytes: Array("payload=\(upper)".utf8)[...]).value(of: "payload") == Array(0...255))
    }

    @Test(arguments: [
        ("payload=a+b", "a b"), ("payload=", ""), ("payload", ""), ("payload=a=b==", "a=b=="),
        ("x=1&payload=y", "y"), ("payload=y&", "y"), ("&&payload=y&&x", "y"), ("p%61yload=y", "y"),
    ])
    func `values`(_ form: String, _ value: String) throws {
        #expect(try FormBody(bytes: Array(form.utf8)[...]).value(of: "payload") == Array(value.utf8))
    }

    @Test(arguments: [
        "", "x=payload", "payload=1&payload=1", "payload&payload", "payload=1&pay%6Coad=2", "payload=%", "payload=%1",
        "payload=%g1", "payload=%1g", "payload=% 1", "payload=%+1", "%=1&payload=1", "payload%=1",
    ])
    func `forms that are refused`(_ form: String) {
        #expect(throws: WebhookError.self) { try FormBody(bytes: Array(form.utf8)[...]).value(of: "payload") }
    }

    @Test func `a slice is read within its bounds`() throws {
        let bytes = Array("payload=%41payload=%41".utf8)
        #expect(try FormBody(bytes: bytes[11...]).value(of: "payload") == Array("A".utf8))
    }
}
