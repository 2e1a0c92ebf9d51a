/// A webhook that nobody sent: what somebody wants to see as a message.
public struct ExampleWebhook: Sendable {
    /// The service's name.
    public var service: String
    /// The event, for services that name it in headers; `nil` for a plausible event.
    public var event: String?
    /// The header fields.
    public var headers: [(name: String, value: String)]
    /// The token's settings.
    public var settings: [String: String]
    /// The body.
    public var body: [UInt8]
    /// A Boolean value that indicates whether the token publishes private content.
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
