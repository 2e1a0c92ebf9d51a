import EventLoop
import FedoraMessaging
import HTTPServer
import Logging
import WebhookServices

/// The way of an authentic webhook, whichever way it came: the token's scope and filter, the message, publishing.
struct WebhookPipeline: Sendable {
    let publisher: any MessagePublisher
    /// The destination of outcomes, for the token's owners.
    let deliveries: any DeliveryRecording
    let deduplication: DeduplicationWindow
    let settings: IngestSettings
    /// The prefix of topics in the routing key.
    let topicPrefix: String
    /// Seconds in the Retry-After of a 503.
    let retryAfter: Int
    /// One JSON parser a loop, reused from webhook to webhook.
    let parsers: LoopLocal<JSONParser>
    let largeBodies: LargeBodies
    let logger: Logger
    /// The limits of tokens and accounts in a minute; `nil` for any number.
    var limiter: RateLimiter?
    private let failures = PublishFailureLog()

    /// The bounds of the JSON. What makes a message that the broker would not take need not be parsed.
    var limits: JSONLimits {
        JSONLimits(maxDepth: settings.json.maxDepth, maxBytes: min(settings.json.maxBytes, settings.maxMessageSize))
    }

    /// Bytes of a body that may be read: a form takes more than the payload in it.
    func bodyLimit(of headers: RequestHeaders) -> Int {
        headers.sayForm ? settings.json.maxBytes : min(settings.json.maxBytes, settings.maxMessageSize)
    }

    /// The parser of the loop that this is called on.
    func parser() throws(HTTPError) -> JSONParser {
        guard let parser = parsers.current else {
            throw .unavailable("The server is not ready.", retryAfter: retryAfter)
        }
        return parser
    }

    /// Records a webhook of a known token that was accepted.
    ///
    /// - Parameters:
    ///   - size: Bytes of the body.
    ///   - secret: The token's secret that it had.
    ///   - isBare: Whether it came without the token's id.
    func record(_ accepted: DeliveryRecord, of token: TokenID, size: Int?, secret: SecretUse?, isBare: Bool = false) {
        var delivery = accepted
        delivery.size = size
        delivery.secret = secret
        delivery.isBare = isBare
        deliveries.record(delivery, for: token)
    }

    /// Records a webhook of a known token that was refused.
    func record(_ refusal: HTTPError, of token: TokenID, size: Int?, secret: SecretUse? = nil) {
        var delivery = DeliveryRecord.refused(refusal, size: size)
        delivery.secret = secret
        deliveries.record(delivery, for: token)
    }

    /// Counts an authentic webhook against the limits of its token and of the token's account.
    ///
    /// - Throws: 429 above them.
    func admit(_ token: TokenRecord, size: Int) throws(HTTPError) {
        guard let refusal = limiter?.admit(token, size: size, now: .now) else { return }
        throw .rateLimited(refusal)
    }

    /// Reads an authentic webhook.
    ///
    /// - Parameter parser: The loop's if nil.
    /// - Throws: what the webhook lacks.
    func prepare(
        _ request: WebhookRequest, service: any WebhookService, token: TokenRecord, parser: JSONParser? = nil
    ) throws(HTTPError) -> PreparedWebhook {
        let parser = if let parser { parser } else { try self.parser() }
        var request = request
        request.allowsPrivateContent = token.publishesPrivate
        var event: WebhookEvent
        do throws(WebhookError) {
            event = try service.event(
                of: request, parser: parser, limits: limits, namingRepository: token.scope != nil)
        } catch {
            throw HTTPError(error)
        }
        if let scope = token.scope, !scope.contains((event.repository ?? "").utf8) {
            return .withheld(.outOfScope, event: event.name, repository: event.repository?.boundedRepository)
        }
        let reason = event.withheld(
            by: token.eventFilter, allowsPrivateContent: token.publishesPrivate, ownClasses: settings.ownClasses)
        if let reason {
            return .withheld(reason, event: event.name)
        }
        let schema = service.settleSchema(of: &event, ownClasses: settings.ownClasses)
        let topic = FedoraMessage.routingKey(of: event.topic, prefix: topicPrefix)
        return .message(
            MessageDraft(
                event, schema: schema, routingKey: topic, token: token.uuid,
                origin: token.origin(namingOwners: settings.namesOwners)))
    }

    /// Publishes what there is to publish, once.
    ///
    /// - Parameter second: when the webhook came, in seconds since 1970.
    /// - Returns: What became of it, for the sender and for the token's owner.
    /// - Throws: 413, or 503 where the message is not known to be safe.
    func finish(
        _ prepared: PreparedWebhook, second: Int64, until deadline: RequestDeadline, requestID: RequestID
    ) async throws(HTTPError) -> DeliveryRecord {
        switch prepared {
        case .withheld(let reason, let event, let repository):
            return .accepted(.withheld, event: event, reason: reason.code, repository: repository)
        case .message(let draft):
            switch deduplicate(draft, second: second) {
            case .confirmed(let stamp):
                return .accepted(
                    .repeated, event: draft.event.name, topic: draft.routingKey,
                    messageID: stamp.messageID.description, reason: "repeated")
            case .publish(let stamp):
                return try await publish(draft, stamp, until: deadline, requestID: requestID)
            }
        }
    }

    private func deduplicate(_ draft: MessageDraft, second: Int64) -> DeduplicationVerdict {
        let stamp = draft.stamp(second: second)
        guard let key = draft.key else { return .publish(stamp) }
        return deduplication.receive(key, stamp: stamp, now: .now)
    }

    private func publish(
        _ draft: MessageDraft, _ stamp: MessageStamp, until deadline: RequestDeadline, requestID: RequestID
    ) async throws(HTTPError) -> DeliveryRecord {
        let message = draft.message(stamp)
        guard message.body.count <= settings.maxMessageSize else {
            throw .messageTooLarge(limit: settings.maxMessageSize)
        }
        let result = await publisher.publish(message, until: deadline)
        if result != .published { log(result, message: message, requestID: requestID) }
        switch result {
        case .published:
            if let key = draft.key { deduplication.confirm(key, stamp: stamp) }
            return .accepted(
                .published, event: draft.event.name, topic: draft.routingKey, messageID: message.id)
        case .topicRefused:
            // To be sent again would not help, and a service that gets an error switches the webhook off.
            return .accepted(.withheld, event: draft.event.name, reason: "topic_refused")
        case .tooLarge(let limit):
            throw .messageTooLarge(limit: limit)
        case .refused, .unavailable, .timedOut, .full:
            // A webhook that could not be kept is never 2xx. Each of these is worth another try by the sender.
            throw .unavailable("The message broker did not take the message in time.", retryAfter: retryAfter)
        }
    }

    private func log(_ result: PublishResult, message: FedoraMessage, requestID: RequestID) {
        guard let others = failures.pass(result) else { return }
        logger.warning(
            "not published",
            metadata: [
                "request": "\(requestID)", "message": "\(message.id)", "topic": "\(message.topic)",
                "reason": "\(result)", "others": "\(others)",
            ])
    }
}

/// A flood of messages that could not be published is a line a minute, for each way to fail.
private final class PublishFailureLog: Sendable {
    private let throttles = Locked([LogThrottle](repeating: LogThrottle(), count: 6))

    /// Returns the number of such lines held back since the last one; `nil` if this one is, too.
    func pass(_ result: PublishResult) -> Int? {
        let kind =
            switch result {
            case .published, .unavailable: 0
            case .refused: 1
            case .topicRefused: 2
            case .tooLarge: 3
            case .timedOut: 4
            case .full: 5
            }
        return throttles.withLock { $0[kind].pass(now: .now) }
    }
}

extension String {
    /// A repository's name as a payload gives it, fit for a list: whole, where it can be a token's scope.
    var boundedRepository: String { (try? TokenScope(self)) == nil ? printable : self }
}

/// The result of preparing an authentic webhook.
enum PreparedWebhook {
    /// A message.
    case message(MessageDraft)
    /// Nothing, on purpose; of an event of that name, about that repository where that is the reason.
    case withheld(Withheld, event: String, repository: String? = nil)
}

extension DeliveryRecord {
    /// The body of the 202 for an accepted webhook: `{"message_id": …, "topic": …}` where there is a message, else
    /// `{"published": false, "reason": …}`. All values are plain ASCII without quotes or backslashes by construction.
    var responseBody: [UInt8] {
        if let messageID, let topic {
            return Self.bytes("{\"message_id\": \"", messageID, "\", \"topic\": \"", topic, "\"}\n")
        }
        return Self.bytes("{\"published\": false, \"reason\": \"", reason ?? "", "\"}\n")
    }

    private static func bytes(_ parts: String...) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.utf8.count })
        for var part in parts { part.withUTF8 { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The record of an accepted webhook.
    fileprivate static func accepted(
        _ outcome: DeliveryOutcome, event: String, topic: String? = nil, messageID: String? = nil,
        reason: String? = nil, repository: String? = nil
    ) -> DeliveryRecord {
        DeliveryRecord(
            at: .now(), outcome: outcome, status: 202, event: event, topic: topic, messageID: messageID,
            reason: reason, repository: repository)
    }

    /// The record of a refused webhook.
    ///
    /// - Parameter size: Bytes of the body; `nil` where it was not read.
    static func refused(_ error: HTTPError, size: Int?) -> DeliveryRecord {
        DeliveryRecord(
            at: .now(), outcome: .refused, status: Int(error.status.code), size: size, reason: error.deliveryReason)
    }
}

/// A request's head as the services see it.
struct RequestHeaders: WebhookHeaders {
    let head: RequestHead

    func count(of name: String) -> Int { head.count(of: name) }

    func first(_ name: String) -> ArraySlice<UInt8>? { head.first(name) }

    func values(_ name: String) -> [ArraySlice<UInt8>] { head.values(name) }

    func find(_ name: String) -> (value: ArraySlice<UInt8>, isRepeated: Bool)? { head.find(name) }
}

/// The bounds of webhooks, and what goes into their messages besides the payload.
struct IngestSettings: Sendable {
    /// The size of a body (413 above), and its nesting (400 above).
    var json = JSONLimits()
    /// From the end of a request's head to its answer (503 after that).
    var deadline = Duration.seconds(8)
    /// The maximum number of deliveries that are remembered, so that one that is sent again is not published again.
    var deduplicationEntries = 65_536
    /// The time that a delivery is remembered.
    var deduplicationWindow = Duration.seconds(900)
    /// The limits of a token and of an account in a minute.
    var rates = RateTable.Limits()
    /// Bytes of a whole message body, envelope included (413 above): the broker's own bound.
    var maxMessageSize = 16 << 20
    /// A Boolean value that indicates whether messages say who owns the token that they came by, and its scope.
    var namesOwners = false
    /// The messages that may go out although the published classes cannot digest them.
    var ownClasses = OwnClasses.never
}
