internal import Cryptography
import Encodings

/// A service that sends webhooks: how it proves who it is, what its webhooks say, and what people set there. Pure: no
/// I/O, no state.
///
/// One file implements it, one line in ``ServiceRegistry`` offers it, and nothing else names it.
public protocol WebhookService: Sendable {
    /// The name in URLs, tokens and topics: lower-case ASCII.
    var name: String { get }
    /// The display name.
    var title: String { get }
    /// The beginning of its topics, without the broker's prefix and without a dot at the end.
    var topicRoot: String { get }
    /// The class of its messages.
    var schema: MessageSchema { get }
    /// The class of messages that ``schema``'s own cannot digest, in our package; `nil` if that digests everything.
    var robustSchema: MessageSchema? { get }
    /// The proof that its requests are authentic.
    var proof: ProofKind { get }
    /// The side that makes a token's secret.
    var secretOrigin: SecretOrigin { get }
    /// The settings that a token has besides its secret.
    var settings: [ServiceSetting] { get }
    /// The steps at the service.
    var setup: SetupGuide { get }

    /// The service's events: which are published by default, by what, and what is cut out of them. `nil` where a
    /// sender names events freely, and nothing is known of them.
    var eventTable: EventTable? { get }

    /// A new secret in the form that the service takes.
    ///
    /// - Parameter random: 32 random bytes.
    func secret(from random: [UInt8]) -> String

    /// Makes a token's secret ready, once for all the webhooks that it will verify.
    func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret

    /// The secret itself, where the request holds it as its proof: what a token can be looked up by. `nil` where it is
    /// not there, or is not what would be verified.
    func presentedSecret(in request: WebhookRequest) -> ArraySlice<UInt8>?

    /// Returns a Boolean value that indicates whether the request proves that its sender has one of the secrets (the
    /// current one and, during a rotation, the previous one). Before anything of the body is parsed.
    func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification

    /// Returns a Boolean value that indicates whether a GET with that query, the question mark removed, is a webhook,
    /// and not somebody's browser.
    func isDelivery(query: ArraySlice<UInt8>) -> Bool

    /// The bytes of the payload in an authentic request's body; not checked to be JSON.
    func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8>

    /// Returns the event of the webhook; `document` is its payload.
    func event(_ request: WebhookRequest, _ document: JSONDocument) throws(WebhookError) -> WebhookEvent

    /// Notes on the event what the class of ``schema`` cannot do with it (``WebhookEvent/consumerHazard``), and takes
    /// out of its payload what no consumer can index.
    func fit(_ event: inout WebhookEvent, to document: JSONDocument)

    /// Returns the name that a token's scope is compared with: `owner/repository`, or the owner alone for an event of a
    /// whole organisation; `nil` where the payload names neither.
    func repository(in document: JSONDocument) -> String?

    /// The form of repository names that a token's scope can have.
    var repositoryNames: RepositoryNames { get }

    /// A Boolean value that indicates whether its payloads name repositories at all: only then can a token have a
    /// scope.
    var namesRepositories: Bool { get }

    /// A Boolean value that indicates whether a webhook's token can be found where no id is given: by the payload's
    /// repository, or by a secret that the webhook holds.
    var isFoundWithoutID: Bool { get }

    /// Plausible values of the headers that ``event(_:_:)`` cannot do without, by their names in lower case: for
    /// trying things out, and for nothing else.
    ///
    /// - Parameter event: What happened, as people would call it; `nil` for anything.
    /// - Returns: `nil` if an event is given and the service does not name its events in headers.
    func exampleHeaders(event: String?) -> [String: String]?

    /// The headers by which an example proves that its sender has the secret, by their names in lower case.
    ///
    /// - Parameter headers: The example's other headers, likewise; some services sign them, too.
    func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String]

    /// A plausible payload for ``exampleHeaders(event:)`` of any event: public, and with all that its message needs.
    ///
    /// - Parameters:
    ///   - repository: `owner/name`; it needs no escapes in JSON.
    ///   - sender: Who sends it; likewise.
    ///   - id: Another one each time.
    func examplePayload(repository: String, sender: String, id: String) -> String
}

extension WebhookService {
    /// `webhook.<name>`: a topic of its own at the top has only what the published schema package knows, or a token
    /// could forge what another application publishes.
    public var topicRoot: String { "webhook." + name }

    /// Most services sign.
    public var proof: ProofKind { .signature }

    /// Most services take any secret.
    public var secretOrigin: SecretOrigin { proof == .pathOnly ? .nowhere : .here }

    /// For services whose senders name events freely.
    public var eventTable: EventTable? { nil }

    /// The names of its documented events, as filters have them: `push`, `issues.opened`. None where senders name events
    /// freely.
    public var eventNames: [String] { eventTable?.eventNames ?? [] }

    /// For services that need none.
    public var settings: [ServiceSetting] { [] }

    /// 64 hexadecimal digits.
    public func secret(from random: [UInt8]) -> String { Hex.encode(random) }

    /// For services that sign.
    public func presentedSecret(in request: WebhookRequest) -> ArraySlice<UInt8>? { nil }

    /// For services that POST.
    public func isDelivery(query: ArraySlice<UInt8>) -> Bool { false }

    /// For services that know no repositories: a token with a scope then takes nothing.
    public func repository(in document: JSONDocument) -> String? { nil }

    /// For services whose names are not known.
    public var repositoryNames: RepositoryNames { .any }

    /// Most do.
    public var namesRepositories: Bool { true }

    /// A Boolean value that indicates whether there is a proof, and a repository to go by. Which service sends its
    /// secret names repositories, too.
    public var isFoundWithoutID: Bool { proof != .pathOnly && namesRepositories }

    /// For services that need no header and name their events in the payload.
    public func exampleHeaders(event: String?) -> [String: String]? { event == nil ? [:] : nil }

    /// For services that prove nothing by headers.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] { [:] }

    /// A push of nothing, as the forges have it.
    public func examplePayload(repository: String, sender: String, id: String) -> String {
        """
        {"test": true, "id": "\(id)", "ref": "refs/heads/test", "commits": [], \
        "repository": {"full_name": "\(repository)", "private": false, "is_private": false}, \
        "sender": {"login": "\(sender)"}}
        """
    }

    /// A JSON body as it came; any other content type is refused.
    public func payload(of request: WebhookRequest) throws(WebhookError) -> ArraySlice<UInt8> {
        guard request.contentKind == .json else { throw .unsupportedMediaType }
        return request.body
    }

    /// Returns the event of an authentic request: takes its payload, validates it and reads it.
    /// - Parameter namingRepository: whether `repository` is wanted.
    public func event(
        of request: WebhookRequest, parser: JSONParser, limits: JSONLimits = JSONLimits(),
        namingRepository: Bool = false
    ) throws(WebhookError) -> WebhookEvent {
        let payload = try payload(of: request)
        return try parser.withDocument(payload, limits: limits) { (document) throws(WebhookError) in
            var event = try event(request, document)
            event.dropUnusableNames()
            fit(&event, to: document)
            if namingRepository { event.repository = repository(in: document) }
            // Of the payload and not of the body, so that it is the same whether it comes as JSON or as a form.
            if event.deliveryID != nil { event.payloadDigest = XXH3.digest(payload) }
            return event
        }
    }

    /// Returns the name that a token's scope is compared with, of a request whose body nobody has verified yet: for
    /// finding candidates.
    ///
    /// - Throws: ``WebhookError``, as for an authentic request.
    public func repository(
        of request: WebhookRequest, parser: JSONParser, limits: JSONLimits = JSONLimits()
    ) throws(WebhookError) -> String? {
        let payload = try payload(of: request)
        return try parser.withDocument(payload, limits: limits) { (document) throws(WebhookError) in
            repository(in: document)
        }
    }

    /// For services whose class, ours, digests everything.
    public func fit(_ event: inout WebhookEvent, to document: JSONDocument) {}

    /// For services whose class digests everything.
    public var robustSchema: MessageSchema? { nil }

    /// Chooses the class of a message that is to be published, and has the event name nobody where that is what the
    /// class needs.
    public func settleSchema(of event: inout WebhookEvent, ownClasses: OwnClasses) -> MessageSchema {
        guard event.consumerHazard != nil else { return schema }
        if ownClasses == .needed, let robustSchema { return robustSchema }
        event.nameNobody()
        return schema
    }

    /// The settings to keep for those that somebody gave.
    ///
    /// - Parameters:
    ///   - present: The settings that the token has.
    ///   - isAdministrator: Whether an administrator gave them. Of what only those can set, everybody else leaves what
    ///     the token has, and may say nothing else of it.
    /// - Throws: ``ServiceSettingError``, the first problem in the order of ``settings``, or an unknown key.
    public func checkSettings(
        _ given: [String: String], present: [String: String] = [:], byAdministrator isAdministrator: Bool = true
    ) throws(ServiceSettingError) -> [String: String] {
        let declared = settings
        for key in given.keys.sorted() where !declared.contains(where: { $0.key == key }) {
            throw .unknown(key: key, known: declared.map(\.key))
        }
        var checked: [String: String] = [:]
        for setting in declared {
            if setting.isAdministrative, !isAdministrator {
                if let text = given[setting.key], !text.isEmpty, text != present[setting.key] {
                    throw .administrative(key: setting.key)
                }
                checked[setting.key] = present[setting.key]
            } else if let text = given[setting.key], !text.isEmpty {
                checked[setting.key] = try setting.check(text)
            } else if setting.isRequired {
                throw .missing(key: setting.key, example: setting.example)
            }
        }
        return checked
    }
}

/// The proof that a request of a service is authentic.
public enum ProofKind: Sendable, Hashable, CaseIterable {
    /// A signature by the secret.
    case signature
    /// The secret itself, which the service sends along; or, if it can sign as well, a signature.
    case sharedSecret
    /// Nothing but that it was sent to the token's own, unguessable address. Never enough on an address that all tokens
    /// of a service share.
    case pathOnly
}

/// The side that makes a token's secret.
public enum SecretOrigin: Sendable, Hashable, CaseIterable {
    /// Here; people copy it into the service's page.
    case here
    /// At the service; people copy it from there when they make the token.
    case there
    /// There is none.
    case nowhere
}

/// Values of headers in examples, which nobody mistakes for real ones.
public enum ExampleValue {
    /// A UUID.
    public static let uuid = "00000000-0000-4000-8000-000000000000"
    /// Seconds since 1970: the first of 2026.
    public static let time = "1767225600"
}

/// A service that signs the body of each webhook, always by the same scheme.
public protocol SigningService: WebhookService {
    /// The scheme.
    static var signature: SignatureScheme { get }
}

extension SigningService {
    /// Any secret that the scheme can take its key from.
    public func prepare(secret: [UInt8]) throws(SecretError) -> PreparedSecret {
        try Self.signature.prepare(secret: secret)
    }

    /// By the signature.
    public func verify(_ request: WebhookRequest, secrets: [PreparedSecret]) -> Verification {
        Self.signature.verify(request.headers, body: request.body, at: request.receivedAt, secrets: secrets)
    }

    /// Its signature.
    public func exampleProof(
        of body: [UInt8], headers: [String: String], secret: [UInt8]
    ) throws(SecretError) -> [String: String] {
        try Self.signature.sign(body, headers: headers, secret: secret)
    }
}
