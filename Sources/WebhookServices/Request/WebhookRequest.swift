/// A webhook as it came: what the services verify and read.
public struct WebhookRequest {
    /// The header fields.
    public var headers: any WebhookHeaders
    /// The exact bytes of the body, transfer coding removed.
    public var body: ArraySlice<UInt8>
    /// When it came, in seconds since 1970 UTC: signed timestamps are held against it.
    public var receivedAt: Int64
    /// The query of the URL as it came, without the question mark, of a GET that is a webhook
    /// (``WebhookService/isDelivery(query:)``); `nil` for a POST, whose query is nobody's.
    public var query: ArraySlice<UInt8>?
    /// The settings of the token, checked (``WebhookService/checkSettings(_:)``).
    public var settings: [String: String]
    /// A Boolean value that indicates whether it was sent to the token's own address, which nobody can guess. What has
    /// no other proof (``ProofKind/pathOnly``) verifies only then.
    public var isAtTokenAddress: Bool
    /// A Boolean value that indicates whether the token's owner wants private content published. What is never public
    /// stays out all the same.
    public var allowsPrivateContent: Bool

    /// A request. What is left out is what is the least trusted.
    public init(
        headers: any WebhookHeaders, body: ArraySlice<UInt8>, receivedAt: Int64, query: ArraySlice<UInt8>? = nil,
        settings: [String: String] = [:], isAtTokenAddress: Bool = false,
        allowsPrivateContent: Bool = false
    ) {
        self.headers = headers
        self.body = body
        self.receivedAt = receivedAt
        self.query = query
        self.settings = settings
        self.isAtTokenAddress = isAtTokenAddress
        self.allowsPrivateContent = allowsPrivateContent
    }

    /// The kind of the body as the sender declares it.
    var contentKind: ContentKind { headers.contentKind ?? .json }

    /// The payload of a service that sends JSON, a form with a field `payload`, or a GET with that in its query.
    func formOrBody() throws(WebhookError) -> ArraySlice<UInt8> {
        if let query { return try FormBody(bytes: query).value(of: "payload")[...] }
        guard contentKind == .form else { return body }
        return try FormBody(bytes: body).value(of: "payload")[...]
    }
}
