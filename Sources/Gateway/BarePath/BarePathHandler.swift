import EventLoop
import Glibc
import HTTPServer
import WebhookServices

/// Bounds on webhooks that come without a token's id.
struct BarePathSettings: Sendable {
    /// A Boolean value that indicates whether they are taken.
    var isEnabled = true
    /// The maximum size of a body, in bytes; a larger one is refused with 413.
    var maxBodySize = 1 << 20
    /// The time that a webhook waits for a slot, and the time that its body may take from then on.
    var bodyTimeout = Duration.seconds(2)
    /// Failures are answered at multiples of this time, counted from the end of the body.
    var failureTime = Duration.milliseconds(100)
    /// The bounds of trying.
    var admission = AdmissionSettings()
}

/// `POST /<service>`: a webhook without a token's id. Its token is one whose scope contains the payload's repository,
/// or whose secret the webhook holds; the proof is the same as with an id.
///
/// Trying reveals nothing: every failure is the same 401, at the same time after the body or, where the body is not even
/// read, after the head, and takes the same work (`TokenDiscovery`). It is bounded as well: see `AdmissionPolicy`.
struct BarePathHandler: HTTPHandler {
    let services: [any WebhookService]
    let tokens: TokenLookup
    let pipeline: WebhookPipeline
    let limiter: AdmissionLimiter
    let index: TokenScopeIndex
    let keys: KeyRing
    /// Secrets of no token, by their services' names: tried in place of the tokens that there are not.
    let decoys: [String: PreparedSecret]
    let settings: BarePathSettings

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        do throws(HTTPError) {
            return .json(.accepted, try await accept(exchange).responseBody)
        } catch {
            let allow = error.status == .methodNotAllowed ? [ClosedAddressHandler.allowed] : []
            return exchange.refuse(error, headers: allow)
        }
    }

    private func accept(_ exchange: HTTPExchange) async throws(HTTPError) -> DeliveryRecord {
        let deadline = RequestDeadline(from: exchange.receivedAt, limit: pipeline.settings.deadline)
        guard let name = exchange.pathParameters.raw("service"),
            let place = services.firstIndex(where: { $0.name.utf8.elementsEqual(name) })
        else { throw .unknownWebhook }
        let service = services[place]
        guard service.isFoundWithoutID else { throw .needsTokenAddress }
        try HTTPError.checkEncoding(of: exchange.head)
        let client = ClientKey(exchange.clientAddress, service: place)
        guard await limiter.enter(client, on: exchange.loop, until: deadline) else {
            await pause(since: .now, on: exchange.loop, until: deadline)
            throw .unverified
        }
        let second = Int64(time(nil))
        let (prepared, token, secret, size) = try await verify(
            exchange, service: service, client: client, second: second, until: deadline)
        do throws(HTTPError) {
            let delivery = try await pipeline.finish(
                prepared, second: second, until: deadline.leavingTime(of: pipeline.settings.deadline),
                requestID: exchange.requestID)
            pipeline.record(delivery, of: token, size: size, secret: secret, isBare: true)
            return delivery
        } catch {
            pipeline.record(error, of: token, size: size, secret: secret)
            throw error
        }
    }

    /// Finds the webhook's token, and gives the slot back.
    private func verify(
        _ exchange: HTTPExchange, service: any WebhookService, client: ClientKey, second: Int64,
        until deadline: RequestDeadline
    ) async throws(HTTPError) -> (PreparedWebhook, TokenID, SecretUse, size: Int) {
        let body = try await body(of: exchange, client: client, until: deadline)
        let deadline = deadline.leavingTime(of: pipeline.settings.deadline)
        let start = ContinuousClock.now
        let request = WebhookRequest(
            headers: RequestHeaders(head: exchange.head), body: body, receivedAt: second,
            query: exchange.head.method == .get ? exchange.head.query : nil)
        var discovery = TokenDiscovery(service: service, loop: exchange.loop, deadline: deadline)
        let failure: HTTPError
        switch await discovery.run(request, self) {
        case .verified(let prepared, let token, let secret):
            limiter.leave(client, .verified)
            return (prepared, token, secret, body.count)
        case .invalid(let error, let token):
            limiter.leave(client, .verified)
            pipeline.record(error, of: token, size: body.count)
            throw error
        case .unknown(let error): failure = error
        case .failed: failure = .unverified
        }
        // The slot is kept until the answer, or those who wait for it would learn how long the work took.
        await pause(since: start, on: exchange.loop, until: deadline)
        limiter.leave(client, .failed(bodySize: body.count))
        throw failure
    }

    /// Reads the body, which has less time here than with a token's id, because it takes up a slot.
    ///
    /// - Throws: The reason why it cannot be read, which counts as a failure.
    private func body(
        of exchange: HTTPExchange, client: ClientKey, until deadline: RequestDeadline
    ) async throws(HTTPError) -> ArraySlice<UInt8> {
        let end = min(deadline.instant, .now + settings.bodyTimeout)
        do throws(HTTPError) {
            // No more than may be published: what makes a larger message need not be read, let alone parsed.
            let limit = min(settings.maxBodySize, pipeline.bodyLimit(of: RequestHeaders(head: exchange.head)))
            return try await exchange.readBody(limit: limit, until: end)
        } catch {
            // Only what came: else those who announce large bodies and send none would spend what others have.
            limiter.leave(client, .failed(bodySize: exchange.receivedBodyBytes))
            guard error.code == HTTPError.overloaded(retryAfter: 0).code else { throw error }
            await pause(since: .now, on: exchange.loop, until: deadline)
            throw .unverified
        }
    }

    /// Waits for the next time, counted from `start`, at which failures are answered.
    private func pause(
        since start: ContinuousClock.Instant, on loop: EventLoop, until deadline: RequestDeadline
    ) async {
        let passed = start.duration(to: .now)
        let periods = (passed / settings.failureTime).rounded(.down) + 1
        await LoopPause.wait(min(max(.zero, settings.failureTime * periods - passed), deadline.left), on: loop)
    }
}

/// `POST /<service>` where no webhooks are taken without a token's id.
struct ClosedAddressHandler: HTTPHandler {
    /// The methods that the address takes instead.
    static let allowed = ServerResponse.Field("Allow", "GET, HEAD, OPTIONS")

    let services: [any WebhookService]

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        guard let name = exchange.pathParameters.raw("service"),
            services.contains(where: { $0.name.utf8.elementsEqual(name) })
        else { return exchange.refuse(.unknownWebhook) }
        return exchange.refuse(.needsTokenAddress, headers: [Self.allowed])
    }
}
