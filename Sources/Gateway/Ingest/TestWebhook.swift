import FoundationEssentials
import WebhookServices

/// A webhook as a service would send it, made here to try a token.
struct TestWebhook {
    private let headers: ExampleHeaders
    private let body: [UInt8]
    private let settings: [String: String]

    /// - Parameters:
    ///   - sender: The account of whoever tries the token.
    init(for token: TokenRecord, of service: any WebhookService, sender: String) {
        // A delivery of its own each time: what came before is not published again.
        let id = UUID().uuidString.lowercased()
        headers = ExampleHeaders(
            (service.exampleHeaders(event: nil) ?? [:]).map { name, value in
                (name, value == ExampleValue.uuid ? id : value)
            } + [("content-type", "application/json"), ("user-agent", "webhook2fedmsg test")])
        settings = token.settings
        // An account's name and a scope need no escapes.
        let repository = token.scope.map { $0.text.contains("/") ? $0.text : $0.text + "/test" } ?? "example/test"
        body = Array(service.examplePayload(repository: repository, sender: sender, id: id).utf8)
    }

    /// Bytes of the body.
    var size: Int { body.count }

    /// The request. It is not signed: nobody but this process has sent it.
    func request(second: Int64) -> WebhookRequest {
        WebhookRequest(
            headers: headers, body: body[...], receivedAt: second, settings: settings, isAtTokenAddress: true)
    }
}

/// Header fields as a list, in any case.
struct ExampleHeaders: WebhookHeaders {
    private(set) var fields: [(name: String, value: [UInt8])] = []

    init(_ fields: [(name: String, value: String)]) {
        for field in fields { add(field.name, field.value) }
    }

    func count(of name: String) -> Int { fields.count { $0.name == name } }

    func first(_ name: String) -> ArraySlice<UInt8>? { fields.first { $0.name == name }?.value[...] }

    mutating func add(_ name: String, _ value: String) { fields.append((name.lowercased(), Array(value.utf8))) }

    mutating func remove(_ name: String) { fields.removeAll { $0.name == name } }
}
