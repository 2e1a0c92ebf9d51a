import EventLoop
import FedoraMessaging
import HTTPServer
import Logging
import WebhookServices

/// What becomes of an authentic webhook, whichever way it came: the token's scope and filter, the message, publishing.
struct WebhookPipeline: Sendable {
    let publisher: any MessagePublisher
    /// Where the outcome is noted, for the token's owners.
    let deliveries: any DeliveryNoting
    let deduplication: DeduplicationWindow
    let settings: IngestSettings
    /// One JSON parser a loop, reused from webhook to webhook.
    let parsers: LoopLocal<JSONParser>
    let logger: Logger

    /// The bounds of the JSON.
    var limits: JSONLimits { JSONLimits(maxDepth: settings.maxDepth, maxBytes: settings.maxBodySize) }

    /// The parser of the loop that this is called on.
    func parser() throws(HTTPError) -> JSONParser {
        guard let parser = parsers.current else {
            throw .unavailable("The server is not ready.", retryAfter: settings.retryAfter)
        }
        return parser
    }

    /// Notes what became of a webhook of a known token.
    ///
    /// - Parameter size: Bytes of the body; `nil` where it was not read.
    func note(_ acceptance: Acceptance, of token: TokenID, size: Int?, secret: SecretUse? = nil) {
        var record = acceptance.record(size: size)
        record.secret = secret
        deliveries.note(record, for: token)
    }

    /// Notes that a webhook of a known token was refused.
    func note(_ refusal: HTTPError, of token: TokenID, size: Int?, secret: SecretUse? = nil) {
        var record = DeliveryRecord(
            at: .now(), outcome: .refused, status: Int(refusal.status.code), size: size, reason: refusal.code)
        record.secret = secret
        deliveries.note(record, for: token)
    }

    /// Reads an authentic webhook.
    ///
    /// - Throws: what the webhook lacks.
    func prepare(
        _ request: WebhookRequest, service: any WebhookService, token: TokenRecord
    ) throws(HTTPError) -> PreparedDelivery {
        let parser = try parser()
        guard let uuid = UUIDValue(bytes: token.uuid) else {
            throw .unavailable("The server is not ready.", retryAfter: settings.retryAfter)
        }
        var request = request
        request.allowsPrivateContent = token.publishesPrivate
        let event: WebhookEvent
        do throws(WebhookError) {
            event = try service.event(
                of: request, parser: parser, limits: limits, namingRepository: token.scope != nil)
        } catch {
            throw HTTPError(error)
        }
        if let scope = token.scope, !scope.contains((event.repository ?? "").utf8) {
            return .withheld(.outOfScope, event: event.name, repository: event.repository?.boundedRepository)
        }
        if let reason = event.withheld(by: token.eventFilter, allowsPrivateContent: token.publishesPrivate) {
            return .withheld(reason, event: event.name)
        }
        let topic = settings.topicPrefix.isEmpty ? event.topic : settings.topicPrefix + "." + event.topic
        return .message(
            Delivery(event, schema: service.schema, routingKey: topic, token: uuid))
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
        guard result == .published else { throw failure(result, message: message, requestID: requestID) }
        if let key = delivery.key { deduplication.confirm(key, receipt: receipt) }
        return .published(
            messageID: message.id, topic: delivery.routingKey, event: delivery.event.name, isRepeated: false)
    }

    /// A webhook that could not be kept is never 2xx. Each of these is worth another try by the sender.
    private func failure(_ result: PublishResult, message: FedoraMessage, requestID: RequestID) -> HTTPError {
        logger.warning(
            "not published",
            metadata: [
                "request": "\(requestID)", "message": "\(message.id)", "topic": "\(message.topic)",
                "reason": "\(result)",
            ])
        return .unavailable("The message broker did not take the message.", retryAfter: settings.retryAfter)
    }
}

extension String {
    /// A repository's name as a payload gives it, fit for a list: whole, where it can be a token's scope.
    var boundedRepository: String { (try? TokenScope(self)) == nil ? printable : self }
}
