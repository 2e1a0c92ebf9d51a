import EventLoop
import Glibc
import HTTPServer
import Logging
import WebhookServices

/// `POST /<service>`: a webhook without a token's id. Its token is one whose scope contains the payload's repository,
/// or whose secret the webhook holds; the proof is the same as with an id.
///
/// Nothing is learnt here by trying: every failure is the same 401, at the same time after the body. And trying is
/// bounded: see `BareGate`.
struct BarePathHandler: HTTPHandler {
    let services: [any WebhookService]
    let tokens: TokenLookup
    let pipeline: WebhookPipeline
    let gate: BareGateKeeper
    let index: CandidateIndex
    let keys: KeyRing
    let settings: BarePathSettings

    /// How trying went.
    enum Attempt {
        /// It is a webhook of a token, and this is what it comes to.
        case verified(PreparedDelivery, TokenID)
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
        guard let name = exchange.pathParameters["service"],
            let place = services.firstIndex(where: { $0.name.utf8.elementsEqual(name) })
        else { throw .unknownWebhook }
        let service = services[place]
        guard service.proof != .pathOnly else { throw .needsTokenAddress }
        let source = source(of: exchange, service: place)
        switch await gate.enter(source, on: exchange.loop, until: deadline) {
        case .admitted: break
        case .refused:
            await LoopPause.wait(min(settings.failureTime, deadline.left), on: exchange.loop)
            throw .unverified
        case .busy, .waiting: throw .overloaded(retryAfter: settings.retryAfter)
        }
        let second = Int64(time(nil))
        let (prepared, token, size) = try await verify(
            exchange, service: service, source: source, second: second, until: deadline)
        do throws(HTTPError) {
            let acceptance = try await pipeline.finish(
                prepared, second: second, until: deadline, requestID: exchange.requestID)
            pipeline.note(acceptance, of: token, size: size)
            return acceptance
        } catch {
            pipeline.note(error, of: token, size: size)
            throw error
        }
    }

    /// Tries the webhook, and leaves the gate.
    private func verify(
        _ exchange: HTTPExchange, service: any WebhookService, source: BareSource, second: Int64,
        until deadline: RequestDeadline
    ) async throws(HTTPError) -> (PreparedDelivery, TokenID, size: Int) {
        let body: ArraySlice<UInt8>
        do throws(HTTPError) {
            body = try await exchange.readBody(limit: settings.maxBodySize, until: deadline.instant)
        } catch {
            // Who says beforehand that it is too large, has cost nothing; who sends slowly, or breaks off, has.
            gate.leave(source, error.status == .contentTooLarge ? .unknown : .failed(cpu: .zero))
            throw error
        }
        let start = ContinuousClock.now
        let request = WebhookRequest(
            headers: RequestHeaders(head: exchange.head), body: body, receivedAt: second,
            query: exchange.head.method == .get ? exchange.head.query : nil)
        var trial = BareTrial(service: service, loop: exchange.loop, deadline: deadline)
        switch await trial.run(request, self) {
        case .verified(let prepared, let token):
            gate.leave(source, .verified)
            return (prepared, token, body.count)
        case .invalid(let error, let token):
            gate.leave(source, .verified)
            pipeline.note(error, of: token, size: body.count)
            throw error
        case .unknown(let error):
            gate.leave(source, .unknown)
            throw error
        case .failed:
            await LoopPause.wait(min(rest(of: start.duration(to: .now)), deadline.left), on: exchange.loop)
            gate.leave(source, .failed(cpu: trial.cpu))
            throw .unverified
        }
    }

    /// From `passed` to the next time at which failures are answered.
    private func rest(of passed: Duration) -> Duration {
        let periods = (passed / settings.failureTime).rounded(.down) + 1
        return max(.zero, settings.failureTime * periods - passed)
    }

    private func source(of exchange: HTTPExchange, service: Int) -> BareSource {
        // The last of the fields, and its last entry: what the proxy nearest to this server wrote.
        if let name = settings.sourceHeader, let value = exchange.head.values(name).last,
            let address = BareSource.address(in: value)
        {
            return BareSource(address, service: service)
        }
        return BareSource(exchange.remoteAddress, service: service)
    }
}
