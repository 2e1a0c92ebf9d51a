/// A service that sends webhooks: how it proves who it is, and what its webhooks say. Pure: no I/O, no state.
///
/// One file implements it, one line in ``ServiceRegistry`` offers it, and nothing else names it.
public protocol WebhookService: Sendable {
    /// What it is called in URLs, tokens and topics: lower-case ASCII.
    var name: String { get }
    /// What people call it.
    var title: String { get }
    /// The class of its messages.
    var schema: MessageSchema { get }

    /// Makes a token's secret ready, once for all the webhooks that it will verify.
    func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret

    /// Whether the request proves that its sender has one of the secrets (the current one and, during a rotation, the
    /// previous one). Before anything of the body is parsed.
    func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification

    /// The bytes of the payload in an authentic request's body; not checked to be JSON.
    func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8>

    /// What the webhook says; `document` is its payload.
    func event(_ request: WebhookRequest, _ document: JSONDocument) throws(WebhookError) -> WebhookEvent

    /// What a token's scope is held against: `owner/repository`, or the owner alone for an event of a whole
    /// organisation; `nil` where the payload names neither.
    func repository(in document: JSONDocument) -> String?
}

extension WebhookService {
    /// For services that know no repositories: a token with a scope then takes nothing.
    public func repository(in document: JSONDocument) -> String? { nil }

    /// A JSON body as it came; any other content type is refused.
    public func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8> {
        guard request.contentKind == .json else { throw .unsupportedMediaType }
        return request.body
    }

    /// What an authentic request says: takes its payload, validates it and reads it.
    /// - Parameter namingRepository: whether `repository` is wanted.
    public func event(
        of request: WebhookRequest, parser: JSONParser, limits: JSONLimits = JSONLimits(),
        namingRepository: Bool = false
    ) throws(WebhookError) -> WebhookEvent {
        let payload = try payload(of: request)
        return try parser.withDocument(payload, limits: limits) { (document) throws(WebhookError) in
            var event = try event(request, document)
            if namingRepository { event.repository = repository(in: document) }
            return event
        }
    }
}
