/// What Gitea and its descendant Forgejo have in common: signatures over the JSON payload even where that comes in a
/// form or a query, and the shape of payloads.
///
/// Both send `X-GitHub-*`, `X-Gitea-*` and `X-Gogs-*` headers too, for what once read those: they say nothing.
struct GiteaFamily: Sendable {
    private static let visibility = RepositoryVisibility(flags: [
        .required("repository.private", of: "repository"),
        .required("run.repository.private", of: "run.repository"),
        .optional("repository.internal"),
        .optional("run.repository.internal"),
        .optional("pull_request.head.repo.private"),
        .optional("pull_request.base.repo.private"),
        .optional("forkee.private"),
        .optional("package.repository.private"),
    ])

    /// Owners, whose repositories are for as many people as they themselves: everybody, those who are logged in
    /// ("limited"), or members ("private").
    private static let owners: [StaticString] = [
        "organization.visibility",
        "repository.owner.visibility",
        "run.repository.owner.visibility",
        "pull_request.head.repo.owner.visibility",
        "pull_request.base.repo.owner.visibility",
        "forkee.owner.visibility",
        "package.owner.visibility",
    ]

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

    /// Whether a GET has a payload in its query: that is one of the HTTP methods that a webhook can have there.
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

    /// What speaks against publishing a payload.
    func privateContent(in document: JSONDocument) -> PrivateContent? {
        if let content = Self.visibility.privateContent(in: document) { return content }
        let isHidden = Self.owners.contains { path in document.string(path).map { $0 != "public" } ?? false }
        if isHidden { return .privateRepository }
        return document.bool("release.draft") == true ? .confidential : nil
    }

    /// What people do at such a system.
    ///
    /// - Parameters:
    ///   - title: What people call it; also the type of webhook to choose.
    ///   - path: What it is called in the addresses of its pages.
    ///   - reference: Its own page on webhooks.
    func setup(title: String, path: String, reference: String) -> SetupGuide {
        let clicks = ["Settings", "Webhooks", "Add webhook", title]
        let page = "settings/hooks/\(path)/new"
        return SetupGuide(
            places: [
                .init("A repository", path: clicks, address: "https://INSTANCE/OWNER/REPOSITORY/\(page)"),
                .init(
                    "All repositories of an organization", path: clicks,
                    address: "https://INSTANCE/org/ORGANIZATION/\(page)"),
                .init("All your repositories", path: clicks, address: "https://INSTANCE/user/\(page)"),
            ],
            steps: [
                "Open the page, and choose the type \"\(title)\".",
                "Copy the URL into \"Target URL\".",
                "Leave \"POST\" as \"HTTP method\" and \"application/json\" as \"POST content type\".",
                "Copy the secret into \"Secret\".",
                "Choose the events under \"Trigger on\".",
                "Leave \"Active\" checked, and click \"Add webhook\".",
                "\"Test delivery\" on the webhook's page sends a push event.",
            ],
            fields: [
                .init("Target URL", .url), .init("HTTP method", .text("POST")),
                .init("POST content type", .text("application/json")), .init("Secret", .secret),
            ],
            contentType: "application/json",
            events: "\"All events\", or \"Custom events…\" and what you want on the bus.",
            notes: [
                "What a private repository sends is not published unless you allow it here.",
                "Leave \"Authorization header\" empty.",
            ],
            reference: reference)
    }
}
