/// The common part of Gitea and its descendant Forgejo: signatures over the JSON payload even where that comes in a
/// form or a query, and the shape of payloads.
///
/// Both send `X-GitHub-*`, `X-Gitea-*` and `X-Gogs-*` headers too, for what once read those: they say nothing.
struct GiteaFamily: Sendable {
    let hubSignature = SignatureScheme.hub256
    private let ownSignature: SignatureScheme

    /// - Parameter ownSignature: the header of the system's own signature, in bare hex.
    init(ownSignature: String) {
        self.ownSignature = SignatureScheme(header: ownSignature)
    }

    /// Any secret but an empty one. (Without a secret they send an empty signature, which never matches.)
    func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try hubSignature.prepare(secret: secret)
    }

    /// Decodes a form or a query first, as its field is what is signed.
    func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        let hasHubSignature = request.headers.count(of: hubSignature.header) > 0
        let scheme = hasHubSignature ? hubSignature : ownSignature
        guard request.headers.count(of: scheme.header) > 0 else { return .missing }
        guard let payload = try? request.formOrBody() else { return .mismatch }
        return scheme.verify(request.headers, body: payload, at: request.receivedAt, secrets: secrets)
    }

    /// Returns a Boolean value that indicates whether a GET has a payload in its query: that is one of the HTTP methods
    /// that a webhook can have there.
    func isDelivery(query: ArraySlice<UInt8>) -> Bool { FormBody(bytes: query).hasField("payload") }

    /// The body, or the field `payload` of the form or of the query.
    func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8> {
        guard request.query != nil || request.contentKind != .other else { throw .unsupportedMediaType }
        return try request.formOrBody()
    }

    /// The repository or, for an event of a whole organisation, that.
    func repository(in document: JSONDocument) -> String? {
        document.string("repository.full_name") ?? document.string("run.repository.full_name")
            ?? document.string("organization.username")
    }

    /// Runs of actions name who set them off, and have no sender.
    func actor(in document: JSONDocument) -> String? {
        let login = document.string("run.trigger_user.login") ?? document.string("sender.login")
        return login?.isEmpty == false ? login : nil
    }
}
