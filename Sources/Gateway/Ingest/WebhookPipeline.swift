import Database
import EventLoop
import FedoraMessaging
import HTTPServer
import Logging
import WebhookServices

/// The way of an authentic webhook, whichever way it came: the token's scope and filter, the message, publishing.
struct WebhookPipeline: Sendable {
    let publisher: any MessagePublisher
    /// The destination of outcomes, for the token's owners.
    let deliveries: any DeliveryNoting
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

    /// Notes what became of a webhook of a known token.
    ///
    /// - Parameters:
    ///   - size: Bytes of the body; `nil` where it was not read.
    ///   - secret: Which of the token's secrets it had.
    ///   - isBare: Whether it came without the token's id.
    func note(
        _ acceptance: Acceptance, of token: TokenID, size: Int?, secret: SecretUse? = nil, isBare: Bool = false
    ) {
        var record = acceptance.record(size: size, isBare: isBare)
        record.secret = secret
        deliveries.note(record, for: token)
    }

    /// Notes that a webhook of a known token was refused.
    func note(_ refusal: HTTPError, of token: TokenID, size: Int?, secret: SecretUse? = nil) {
        var record = DeliveryRecord(
            at: .now(), outcome: .refused, status: Int(refusal.status.code), size: size, reason: refusal.deliveryReason)
        record.secret = secret
        deliveries.note(record, for: token)
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
    ) throws(HTTPError) -> PreparedDelivery {
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
            Delivery(
                event, schema: schema, routingKey: topic, token: token.uuid,
                origin: token.origin(namingOwners: settings.namesOwners)))
    }

    /// Publishes what there is to publish, once.
    ///
    /// - Parameter second: when the webhook came, in seconds since 1970.
    /// - Throws: 413, or 503 where the message is not known to be safe.
    func finish(
        _ prepared: PreparedDelivery, second: Int64, until deadline: RequestDeadline, requestID: RequestID
    ) async throws(HTTPError) -> Acceptance {
        switch prepared {
        case .withheld(let reason, let event, let repository):
            return .withheld(reason, event: event, repository: repository)
        case .message(let delivery):
            switch note(delivery, second: second) {
            case .confirmed(let receipt):
                return .published(
                    messageID: receipt.messageID.description, topic: delivery.routingKey,
                    event: delivery.event.name, isRepeated: true)
            case .publish(let receipt):
                return try await publish(delivery, receipt, until: deadline, requestID: requestID)
            }
        }
    }

    private func note(_ delivery: Delivery, second: Int64) -> DeliveryVerdict {
        let receipt = delivery.receipt(second: second)
        guard let key = delivery.key else { return .publish(receipt) }
        return deduplication.receive(key, receipt: receipt, now: .now)
    }

    private func publish(
        _ delivery: Delivery, _ receipt: DeliveryReceipt, until deadline: RequestDeadline, requestID: RequestID
    ) async throws(HTTPError) -> Acceptance {
        let message = delivery.message(receipt)
        guard message.body.count <= settings.maxMessageSize else {
            throw .messageTooLarge(limit: settings.maxMessageSize)
        }
        let result = await publisher.publish(message, until: deadline)
        if result != .published { log(result, message: message, requestID: requestID) }
        switch result {
        case .published:
            if let key = delivery.key { deduplication.confirm(key, receipt: receipt) }
            return .published(
                messageID: message.id, topic: delivery.routingKey, event: delivery.event.name, isRepeated: false)
        case .topicRefused:
            // To be sent again would not help, and a service that gets an error switches the webhook off.
            return .notPublished(reason: "topic_refused", event: delivery.event.name)
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
enum PreparedDelivery {
    /// A message.
    case message(Delivery)
    /// Nothing, on purpose; of an event of that name, about that repository where that is the reason.
    case withheld(Withheld, event: String, repository: String? = nil)
}

/// The answer to the sender of an accepted webhook.
enum Acceptance: Sendable {
    /// There is a message: `{"message_id": …, "topic": …}`. The topic is the routing key, with its prefix. `isRepeated`:
    /// the message was published before, for the same delivery.
    case published(messageID: String, topic: String, event: String, isRepeated: Bool)
    /// It was kept from the bus on purpose: `{"published": false, "reason": …}`.
    case withheld(Withheld, event: String, repository: String? = nil)

    /// It can't be published, and sending it again would not help: likewise.
    case notPublished(reason: String, event: String)

    /// The body of the 202. All values are plain ASCII without quotes or backslashes by construction.
    var json: [UInt8] {
        switch self {
        case .published(let messageID, let topic, _, _):
            Self.bytes("{\"message_id\": \"", messageID, "\", \"topic\": \"", topic, "\"}\n")
        case .withheld(let reason, _, _):
            Self.bytes("{\"published\": false, \"reason\": \"", reason.code, "\"}\n")
        case .notPublished(let reason, _):
            Self.bytes("{\"published\": false, \"reason\": \"", reason, "\"}\n")
        }
    }

    private static func bytes(_ parts: String...) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.utf8.count })
        for var part in parts { part.withUTF8 { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// Returns the record for the token's owner.
    ///
    /// - Parameters:
    ///   - size: Bytes of the body.
    ///   - isBare: Whether it came without the token's id.
    func record(size: Int?, isBare: Bool = false, at time: UnixTime = .now()) -> DeliveryRecord {
        switch self {
        case .published(let messageID, let topic, let event, let isRepeated):
            DeliveryRecord(
                at: time, outcome: isRepeated ? .repeated : .published, status: 202, event: event, topic: topic,
                messageID: messageID, size: size, reason: isRepeated ? "repeated" : nil, isBare: isBare)
        case .withheld(let reason, let event, let repository):
            DeliveryRecord(
                at: time, outcome: .withheld, status: 202, event: event, size: size, reason: reason.code,
                repository: repository, isBare: isBare)
        case .notPublished(let reason, let event):
            DeliveryRecord(
                at: time, outcome: .withheld, status: 202, event: event, size: size, reason: reason, isBare: isBare)
        }
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
