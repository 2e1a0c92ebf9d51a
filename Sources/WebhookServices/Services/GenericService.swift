/// A service that signs by HMAC, told by the configuration.
public struct GenericService: WebhookService {
    /// The place of a value in a webhook.
    public enum Source: Sendable, Hashable {
        /// In a header, by its name in lower case.
        case header(String)
        /// In the payload, by a path: object keys joined by dots.
        case body(String)
    }

    /// All that there is to say of it.
    public struct Definition: Sendable, Hashable {
        /// The name in URLs, tokens and topics.
        public var name: String
        /// The display name.
        public var title: String
        /// The signature scheme.
        public var signature: SignatureScheme
        /// The place of the event; `nil` if the webhook does not name it.
        public var event: Source?
        /// The place of a value that stays the same when a delivery is sent again; `nil` if there is none.
        public var deliveryID: Source?
        /// The path of the repository in the payload, for scopes of tokens; `nil` if there is none.
        public var repository: String?
        /// The path of a truth value that means private; `nil` if there is none, and nothing is known to be public.
        public var isPrivate: String?
        /// The headers that go out where they were sent, by their names in lower case.
        public var headers: [String]

        /// A service of which nothing but the signature is known.
        public init(name: String, title: String, signature: SignatureScheme) {
            self.name = name
            self.title = title
            self.signature = signature
            headers = []
        }
    }

    /// The name of an event of which nothing else is known.
    static let unnamed = "received"

    /// The members that no message holds: addresses of people and credentials.
    private static let redaction = PayloadRedaction()

    private let definition: Definition
    private let outgoing: OutgoingHeaders

    /// A service.
    public init(_ definition: Definition) {
        self.definition = definition
        outgoing = OutgoingHeaders(optional: definition.headers)
    }

    /// As configured.
    public var name: String { definition.name }
    /// As configured.
    public var title: String { definition.title }
    /// `GenericMessageV1`.
    public var schema: MessageSchema { MessageSchema(own: "generic") }

    /// In the encoding that is configured.
    public func secret(from random: [UInt8]) -> String { definition.signature.secretEncoding.secret(from: random) }

    /// In the encoding that is configured.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try definition.signature.prepare(secret: secret)
    }

    /// By the signature.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        definition.signature.verify(
            request.headers, body: request.body, at: request.receivedAt, secrets: secrets)
    }

    /// Its signature.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        try definition.signature.sign(body, headers: headers, secret: secret)
    }

    /// `webhook.<name>.<event>`, or `webhook.<name>.received` where there is none.
    public func event(
        _ request: WebhookRequest, _ document: JSONDocument
    ) throws(WebhookError) -> WebhookEvent {
        let event = definition.event.flatMap { Self.bytes(of: $0, in: request.headers, document) }
        let name = event.map { TopicPart.text($0) } ?? Self.unnamed
        return WebhookEvent(
            topic: topicRoot + "." + name,
            name: name,
            privateContent: privateContent(in: document),
            deliveryID: definition.deliveryID.flatMap { Self.bytes(of: $0, in: request.headers, document) },
            headers: try outgoing.selected(from: request.headers),
            payload: Self.redaction.pieces(of: document.bytes))
    }

    /// If it is configured where.
    public var namesRepositories: Bool { definition.repository != nil }

    /// At the path that is configured.
    public func repository(in document: JSONDocument) -> String? {
        guard let path = definition.repository, case .string(let name)? = document.value(at: path) else { return nil }
        return name
    }

    private func privateContent(in document: JSONDocument) -> PrivateContent? {
        guard let path = definition.isPrivate else { return .unknownVisibility }
        guard case .bool(let isPrivate)? = document.value(at: path) else { return .unknownVisibility }
        if !isPrivate, document.isAmbiguous(at: path) { return .unknownVisibility }
        return isPrivate ? .privateRepository : nil
    }

    /// A text or an integer; `nil` if it is empty, something else, or not there.
    private static func bytes(
        of source: Source, in headers: any WebhookHeaders, _ document: JSONDocument
    ) -> [UInt8]? {
        switch source {
        case .header(let name):
            return (try? headers.single(name)).map { Array($0) }
        case .body(let path):
            switch document.value(at: path) {
            case .string(let text): return text.isEmpty ? nil : Array(text.utf8)
            case .integer(let number): return Array("\(number)".utf8)
            case .unsigned(let number): return Array("\(number)".utf8)
            default: return nil
            }
        }
    }

    /// The header that names the event.
    public func exampleHeaders(event: String?) -> [String: String]? {
        guard let event else { return [:] }
        guard case .header(let name)? = definition.event else { return nil }
        return [name: event]
    }

    /// The steps there, as far as they can be known.
    public var setup: SetupGuide {
        SetupGuide(
            places: [.init("The webhooks page of \(title)", path: ["Settings", "Webhooks"])],
            steps: [
                "Open the page where \(title) manages its webhooks.",
                "Paste the URL into the field for the webhook URL.",
                "Paste the secret into the field for the secret.",
                "Select the events, and save.",
            ],
            fields: [.init("URL", .url), .init("Secret", .secret)],
            contentType: "application/json",
            events: "Any you want.",
            notes: definition.isPrivate == nil
                ? [
                    "These webhooks don’t say what is private, so nothing is published unless you turn on “Also publish "
                        + "private content”."
                ] : [])
    }
}
