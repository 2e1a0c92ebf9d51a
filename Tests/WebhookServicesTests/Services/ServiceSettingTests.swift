import Testing
import WebhookServices

@Suite struct ServiceSettingTests {
    @Test func `a service without settings`() throws {
        #expect(try GitHubService().checkSettings([:]) == [:])
        let error = ServiceSettingError.unknown(key: "x", known: [])
        #expect(throws: error) { try GitHubService().checkSettings(["x": "1"]) }
        #expect(error.description == "tokens of this service have no settings")
    }
}
