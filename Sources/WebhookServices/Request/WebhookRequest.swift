/// A webhook as it came: what the services verify and read.
public struct WebhookRequest {
    /// The header fields.
    public var headers: any WebhookHeaders
    /// The exact bytes of the body, transfer coding removed.
    public var body: ArraySlice<UInt8>
    /// When it came, in seconds since 1970 UTC: signed timestamps are held against it.
    public var receivedAt: Int64

    /// A request.
    public init(headers: any WebhookHeaders, body: ArraySlice<UInt8>, receivedAt: Int64) {
        self.headers = headers
        self.body = body
        self.receivedAt = receivedAt
    }

    /// What the sender says the body is.
    var contentKind: ContentKind {
        guard let value = headers.first("content-type"), !value.isEmpty else { return .json }
        guard headers.count(of: "content-type") == 1 else { return .other }
        return ContentKind(mediaType: value)
    }
}
