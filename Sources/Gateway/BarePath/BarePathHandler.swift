import EventLoop
import Glibc
import HTTPServer
import Logging
import WebhookServices

/// `POST /<service>`: a webhook without a token's id. Its token is one whose scope contains the payload's repository,
/// or whose secret the webhook holds; the proof is the same as with an id.
///
/// Nothing is learnt here by trying: every failure is the same 401, at the same time after the body or, where it is not
/// even read, after the head. And trying is bounded: see `BareGate`.
struct BarePathHandler: HTTPHandler {
    let services: [any WebhookService]
    let tokens: TokenLookup
    let pipeline: WebhookPipeline
    let gate: BareGateKeeper
    let index: CandidateIndex
    let keys: KeyRing
    /// Secrets of no token, by their services' names: what is tried where there is no token to try.
    let decoys: [String: PreparedSecret]
    let settings: BarePathSettings

    /// How trying went.
    enum Attempt {
        /// It is a webhook of a token, and this is what it comes to.
        case verified(PreparedDelivery, TokenID, SecretUse)
        /// It is of none.
        case failed
        /// It is of a token, and lacks something.
        case invalid(HTTPError, TokenID)
        /// It cannot be known.
        case unknown(HTTPError)
    }

    func respond(to exchange: HTTPExchange) async -> ServerResponse {
        do throws(HTTPError) {
            return .json(.accepted, try await accept(exchange).json)
        } catch {
            let allow = error.status == .methodNotAllowed ? [ClosedAddressHandler.allowed] : []
            return exchange.refuse(error, headers: allow)
        }
    }

    private func accept(_ exchange: HTTPExchange) async throws(HTTPError) -> Acceptance {
        let deadline = RequestDeadline(from: exchange.receivedAt, limit: pipeline.settings.deadline)
        guard let name = exchange.pathParameters.raw("service"),
            let place = services.firstIndex(where: { $0.name.utf8.elementsEqual(name) })
        else { throw .unknownWebhook }
        let service = services[place]
        guard service.isFoundWithoutID else { throw .needsTokenAddress }
        try HTTPError.checkEncoding(of: exchange.head)
        let source = BareSource(exchange.clientAddress, service: place)
        guard await gate.enter(source, on: exchange.loop, until: deadline) else {
            await pause(since: .now, on: exchange.loop, until: deadline)
            throw .unverified
        }
        let second = Int64(time(nil))
        let (prepared, token, secret, size) = try await verify(
            exchange, service: service, source: source, second: second, until: deadline)
        do throws(HTTPError) {
            let acceptance = try await pipeline.finish(
                prepared, second: second, until: deadline, requestID: exchange.requestID)
            pipeline.note(acceptance, of: token, size: size, secret: secret, isBare: true)
            return acceptance
        } catch {
            pipeline.note(error, of: token, size: size, secret: secret)
            throw error
        }
    }

    /// Tries the webhook, and leaves the gate.
    private func verify(
        _ exchange: HTTPExchange, service: any WebhookService, source: BareSource, second: Int64,
        until deadline: RequestDeadline
    ) async throws(HTTPError) -> (PreparedDelivery, TokenID, SecretUse, size: Int) {
        let body = try await body(of: exchange, source: source, until: deadline)
        let start = ContinuousClock.now
        let request = WebhookRequest(
            headers: RequestHeaders(head: exchange.head), body: body, receivedAt: second,
            query: exchange.head.method == .get ? exchange.head.query : nil)
        var trial = BareTrial(service: service, loop: exchange.loop, deadline: deadline, bodySize: body.count)
        let failure: HTTPError
        switch await trial.run(request, self) {
        case .verified(let prepared, let token, let secret):
            gate.leave(source, .verified)
            return (prepared, token, secret, body.count)
        case .invalid(let error, let token):
            gate.leave(source, .verified)
            pipeline.note(error, of: token, size: body.count)
            throw error
        case .unknown(let error): failure = error
        case .failed: failure = .unverified
        }
        // The slot is kept until the answer, or whoever waits for it would learn how long it took.
        await pause(since: start, on: exchange.loop, until: deadline)
        gate.leave(source, .failed(cpu: trial.price(candidates: settings.candidates)))
        throw failure
    }

    /// The body, which has less time here than with a token's id: it takes up a slot.
    ///
    /// - Throws: what is wrong with it. That counts as a failure, and at the price of a whole one.
    private func body(
        of exchange: HTTPExchange, source: BareSource, until deadline: RequestDeadline
    ) async throws(HTTPError) -> ArraySlice<UInt8> {
        let end = min(deadline.instant, .now + settings.bodyTimeout)
        do throws(HTTPError) {
            // No more than may be published: what makes a larger message need not be read, let alone parsed.
            let limit = min(settings.maxBodySize, pipeline.bodyLimit(of: RequestHeaders(head: exchange.head)))
            return try await exchange.readBody(limit: limit, until: end)
        } catch {
            gate.leave(source, .failed(cpu: BarePrice.reading(settings.maxBodySize)))
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
