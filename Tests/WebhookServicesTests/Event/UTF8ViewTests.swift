import Testing

@testable import WebhookServices

@Suite struct UTF8ViewTests {
    @Test(arguments: [
        ("dismissal_request_dependabot", "dependabot", true), ("dependabot_alert", "dependabot", true),
        ("dependabo", "dependabot", false), ("dependadependabot", "dependabot", true), ("", "a", false),
        ("a", "", true),
        ("code_scannin_g", "code_scanning", false),
    ])
    func `what stands in a text`(text: String, part: String, expected: Bool) {
        #expect(text.utf8.holds(part.utf8) == expected)
    }
}
