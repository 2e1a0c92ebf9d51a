import EventLoop
import FedoraMessaging
import Glibc
import HTTPServer
import Logging
import WebhookServices

/// `POST /<service>/<id>`: checks a webhook against its token, makes it a Fedora message, and answers when the message
/// is in good hands.
///
/// In the order of what costs least: the address and the token before the body is read, the signature before the body
/// is parsed, and nothing of the database while the token is cached.
struct WebhookHandler: HTTPHandler {
    let services: [any WebhookService]
    let tokens: TokenCache
    let publisher: any MessagePublisher
    let deduplication: DeduplicationWindow
    let settings: IngestSettings
    /// One JSON parser a loop, reused from webhook to webhook.
    let parsers: LoopLocal<JSONParser>
    let logger: Logger

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        do throws(HTTPError) {
            return .json(.accepted, try await accept(exchange).json)
        } catch {
            return exchange.refuse(error)
        }
    }

    private func accept(_ exchange: HTTPExchange) async throws(HTTPError) -> Acceptance {
        let deadline = RequestDeadline(from: exchange.receivedAt, limit: settings.deadline)
        let service = try service(in: exchange.pathParameters)
        let token = try await token(in: exchange.pathParameters, of: service, until: deadline)
        let body = try await exchange.readBody(limit: settings.maxBodySize, until: deadline.instant)
        let second = Int64(time(nil))
        let request = WebhookRequest(
            headers: RequestHeaders(head: exchange.head), body: body, receivedAt: second, isAtTokenAddress: true)
        let digest = try verify(request, service: service, token: token)
        var delivery = try delivery(of: request, service: service, token: token, digest: digest)
        switch note(&delivery, second: second) {
        case .confirmed(let receipt):
            return Acceptance(messageID: receipt.messageID.description, topic: delivery.routingKey)
        case .publish(let receipt):
            return try await publish(delivery, receipt, until: deadline, requestID: exchange.requestID)
        case .otherBody:
            // Two bodies with one digest, which is made of the body: cannot be.
            throw .unavailable("The delivery could not be told from another.", retryAfter: settings.retryAfter)
        }
    }

    // MARK: Before the body

    private func service(in path: PathParameters) throws(HTTPError) -> any WebhookService {
        guard let name = path["service"],
            let service = services.first(where: { $0.name.utf8.elementsEqual(name) })
        else { throw .unknownWebhook }
        return service
    }

    private func token(
        in path: PathParameters, of service: any WebhookService, until deadline: RequestDeadline
    ) async throws(HTTPError) -> TokenRecord {
        guard let text = path["id"], let id = TokenID(text) else { throw .unknownWebhook }
        let record: TokenRecord?
        switch tokens.lookup(id, now: .now) {
        case .token(let known): record = known
        case .absent: record = nil
        case nil: record = try await load(id, until: deadline)
        }
        guard let record, record.service == service.name else { throw .unknownWebhook }
        guard record.isEnabled else { throw .tokenDisabled }
        return record
    }

    private func load(_ id: TokenID, until deadline: RequestDeadline) async throws(HTTPError) -> TokenRecord? {
        do {
            return try await tokens.load(id, until: deadline)
        } catch {
            logger.error("cannot read a token", metadata: ["token": "\(id)", "error": "\(error)"])
            throw .unavailable("The webhook's token cannot be checked now.", retryAfter: settings.retryAfter)
        }
    }

    // MARK: The body

    private func verify(
        _ request: WebhookRequest, service: any WebhookService, token: TokenRecord
    ) throws(HTTPError) -> DeliveryDigest {
        switch service.verify(request, secrets: token.secrets()) {
        case .verified(_, let digest): return DeliveryDigest(digest)
        case .missing: throw .signatureMissing
        case .mismatch: throw .signatureMismatch
        }
    }

    private func delivery(
        of request: WebhookRequest, service: any WebhookService, token: TokenRecord, digest: DeliveryDigest
    ) throws(HTTPError) -> Delivery {
        guard let parser = parsers.current, let uuid = UUIDValue(bytes: token.uuid) else {
            throw .unavailable("The server is not ready.", retryAfter: settings.retryAfter)
        }
        let event: WebhookEvent
        do throws(WebhookError) {
            event = try service.event(
                of: request, parser: parser,
                limits: JSONLimits(maxDepth: settings.maxDepth, maxBytes: settings.maxBodySize),
                namingRepository: token.scope != nil)
        } catch {
            throw HTTPError(error)
        }
        if let scope = token.scope, !scope.contains((event.repository ?? "").utf8) { throw .outOfScope }
        let topic = settings.topicPrefix.isEmpty ? event.topic : settings.topicPrefix + "." + event.topic
        return Delivery(event, schema: service.schema, routingKey: topic, token: uuid, digest: digest)
    }

    // MARK: The message

    private func note(_ delivery: inout Delivery, second: Int64) -> DeliveryVerdict {
        let now = ContinuousClock.now
        let verdict = deduplication.receive(
            delivery.key, digest: delivery.digest, receipt: delivery.receipt(second: second), now: now)
        guard verdict == .otherBody else { return verdict }
        delivery.distinguish()
        return deduplication.receive(
            delivery.key, digest: delivery.digest, receipt: delivery.receipt(second: second), now: now)
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
        deduplication.confirm(delivery.key, digest: delivery.digest, receipt: receipt)
        return Acceptance(messageID: message.id, topic: delivery.routingKey)
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
