import WebhookServices

/// A webhook that nobody sent: what somebody wants to see as a message.
public struct ExampleWebhook: Sendable {
    /// The service's name.
    public var service: String
    /// What happened, for services that say it in headers; `nil` for a plausible event.
    public var event: String?
    /// The header fields.
    public var headers: [(name: String, value: String)]
    /// The token's settings.
    public var settings: [String: String]
    /// The body.
    public var body: [UInt8]
    /// Whether the token publishes private content.
    public var allowsPrivateContent: Bool

    /// A webhook.
    public init(
        service: String, event: String? = nil, headers: [(name: String, value: String)] = [],
        settings: [String: String] = [:], body: [UInt8], allowsPrivateContent: Bool = false
    ) {
        self.service = service
        self.event = event
        self.headers = headers
        self.settings = settings
        self.body = body
        self.allowsPrivateContent = allowsPrivateContent
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
