import EventLoop
import Glibc
import HTTPServer
import WebhookServices

/// `POST /<service>/<id>`: checks a webhook against its token, makes it a Fedora message, and answers when the message
/// is in good hands.
///
/// In the order of what costs least: the address and the token before the body is read, the signature before the body
/// is parsed, and nothing of the database while the token is cached.
struct WebhookHandler: HTTPHandler {
    let services: [any WebhookService]
    let tokens: TokenLookup
    let pipeline: WebhookPipeline

    /// The progress of a webhook: what is recorded of it if it is refused.
    private struct Trail {
        var token: TokenID?
        var size: Int?
        var secret: SecretUse?
    }

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        var trail = Trail()
        do throws(HTTPError) {
            let delivery = try await accept(exchange, &trail)
            if let token = trail.token { pipeline.record(delivery, of: token, size: trail.size, secret: trail.secret) }
            return .json(.accepted, delivery.responseBody)
        } catch {
            if let token = trail.token { pipeline.record(error, of: token, size: trail.size, secret: trail.secret) }
            return exchange.refuse(error)
        }
    }

    private func accept(_ exchange: HTTPExchange, _ trail: inout Trail) async throws(HTTPError) -> DeliveryRecord {
        var deadline = RequestDeadline(from: exchange.receivedAt, limit: pipeline.settings.deadline)
        let service = try service(in: exchange.pathParameters)
        var token = try await token(of: exchange, service, &trail, until: deadline)
        try HTTPError.checkEncoding(of: exchange.head)
        let waits = !exchange.isBodyHere
        let limit = pipeline.bodyLimit(of: RequestHeaders(head: exchange.head))
        let body = try await exchange.readBody(limit: limit, until: deadline.instant)
        trail.size = body.count
        deadline = deadline.leavingTime(of: pipeline.settings.deadline)
        let second = Int64(time(nil))
        // Once more: the token may have been changed while the body came.
        if waits { token = try await self.token(of: exchange, service, &trail, until: deadline) }
        let request = WebhookRequest(
            headers: RequestHeaders(head: exchange.head), body: body, receivedAt: second,
            query: exchange.head.method == .get ? exchange.head.query : nil, settings: token.settings,
            isAtTokenAddress: true)
        let prepared = try await prepare(request, service, token, &trail, until: deadline)
        return try await pipeline.finish(prepared, second: second, until: deadline, requestID: exchange.requestID)
    }

    private func prepare(
        _ request: WebhookRequest, _ service: any WebhookService, _ token: TokenRecord, _ trail: inout Trail,
        until deadline: RequestDeadline
    ) async throws(HTTPError) -> PreparedWebhook {
        guard request.body.count >= LargeBodies.threshold else {
            trail.secret = try verify(request, service: service, token: token)
            try pipeline.admit(token, size: request.body.count)
            return try pipeline.prepare(request, service: service, token: token)
        }
        let (secret, prepared) = try await pipeline.largeBodies.run(
            until: deadline, retryAfter: pipeline.retryAfter
        ) { (parser) throws(HTTPError) in
            let secret = try verify(request, service: service, token: token)
            try pipeline.admit(token, size: request.body.count)
            return (secret, try pipeline.prepare(request, service: service, token: token, parser: parser))
        }
        trail.secret = secret
        return prepared
    }

    private func service(in path: PathParameters) throws(HTTPError) -> any WebhookService {
        guard let name = path.raw("service"),
            let service = services.first(where: { $0.name.utf8.elementsEqual(name) })
        else { throw .unknownWebhook }
        return service
    }

    private func token(
        of exchange: HTTPExchange, _ service: any WebhookService, _ trail: inout Trail, until deadline: RequestDeadline
    ) async throws(HTTPError) -> TokenRecord {
        guard let text = exchange.pathParameters.raw("id"), let id = TokenID(text),
            let record = try await tokens.record(of: id, until: deadline),
            record.service == service.name
        else { throw .unknownWebhook }
        trail.token = record.id
        guard record.isEnabled else { throw .tokenDisabled }
        return record
    }

    private func verify(
        _ request: WebhookRequest, service: any WebhookService, token: TokenRecord
    ) throws(HTTPError) -> SecretUse {
        switch service.verify(request, secrets: token.secrets()) {
        case .verified(let index): return SecretUse(since: token.secretsSince, index: index)
        case .missing: throw .signatureMissing
        case .mismatch: throw .signatureMismatch
        }
    }
}
