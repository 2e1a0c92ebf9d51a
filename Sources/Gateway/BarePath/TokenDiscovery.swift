import EventLoop
import HTTPServer
import WebhookServices

/// Finds the token of one webhook by trying it with those that it may be of.
///
/// A webhook that is of none takes the same work however many there were to try: decoys take the places of those that
/// there were not. So neither the time of its answer nor the waiting of others tells how many tokens there are.
struct TokenDiscovery {
    /// The outcome of trying.
    enum Outcome {
        /// It is a webhook of a token, ready to be published.
        case verified(PreparedWebhook, TokenID, SecretUse)
        /// It is of none.
        case failed
        /// It is of a token, and lacks something.
        case invalid(HTTPError, TokenID)
        /// It cannot be known.
        case unknown(HTTPError)
    }

    /// The size of a body, in bytes, from which on the loop gets to look at its other sockets between one secret and the
    /// next.
    private static let largeBody = 64 << 10

    let service: any WebhookService
    let loop: EventLoop
    let deadline: RequestDeadline
    /// The number of secrets that were tried.
    private var tried = 0

    init(service: any WebhookService, loop: EventLoop, deadline: RequestDeadline) {
        self.service = service
        self.loop = loop
        self.deadline = deadline
    }

    /// Tries the webhook.
    mutating func run(_ request: WebhookRequest, _ handler: BarePathHandler) async -> Outcome {
        do throws(HTTPError) {
            guard let (key, repository) = try await key(of: request, handler) else { return .failed }
            let answer = try await answer(for: key, handler)
            // Tokens in memory need not wait for those that must be read, which may take long.
            let (known, missing) = handler.tokens.known(of: answer.candidates.map(\.id))
            if let outcome = try await outcome(of: request, known, key, repository, handler) { return outcome }
            let (read, failure) = await handler.tokens.records(of: missing, until: deadline)
            if let outcome = try await outcome(of: request, read, key, repository, handler) { return outcome }
            try await tryDecoys(request, handler)
            if let failure { throw failure }
            // What the database had may lack the token that it is of.
            guard answer.isCertain else { throw Self.unavailable(handler) }
            return .failed
        } catch {
            return .unknown(error)
        }
    }

    /// Returns the outcome if the webhook is of one of these tokens, or `nil` if it is not.
    private mutating func outcome(
        of request: WebhookRequest, _ tokens: [TokenRecord], _ key: CandidateKey, _ repository: String,
        _ handler: BarePathHandler
    ) async throws(HTTPError) -> Outcome? {
        for token in tokens where isCandidate(token, repository) {
            await makeWay(for: request)
            guard let outcome = try await outcome(of: request, token, handler) else { continue }
            handler.index.markVerified(token.id, for: key)
            return outcome
        }
        return nil
    }

    private func isCandidate(_ token: TokenRecord, _ repository: String) -> Bool {
        token.isEnabled && token.service == service.name && (token.scope?.contains(repository.utf8) ?? true)
    }

    /// Returns the outcome if the webhook is of this token, or `nil` if it is not.
    ///
    /// - Throws: 503 if a large body's turn comes too late.
    private mutating func outcome(
        of request: WebhookRequest, _ token: TokenRecord, _ handler: BarePathHandler
    ) async throws(HTTPError) -> Outcome? {
        let service = service
        let secrets = token.secrets()
        tried += secrets.count
        return try await onBody(of: request, handler) { parser throws(HTTPError) in
            Self.outcome(of: request, token, secrets, service, parser, handler)
        }
    }

    private static func outcome(
        of request: WebhookRequest, _ token: TokenRecord, _ secrets: [PreparedSecret], _ service: any WebhookService,
        _ parser: JSONParser, _ handler: BarePathHandler
    ) -> Outcome? {
        var request = request
        request.settings = token.settings
        guard case .verified(let index) = service.verify(request, secrets: secrets) else { return nil }
        do throws(HTTPError) {
            try handler.pipeline.admit(token, size: request.body.count)
            let prepared = try handler.pipeline.prepare(request, service: service, token: token, parser: parser)
            if case .withheld(.outOfScope, _, _) = prepared { return nil }
            return .verified(prepared, token.id, SecretUse(since: token.secretsSince, index: index))
        } catch {
            return .invalid(error, token.id)
        }
    }

    /// Tries secrets that nobody has, until as many were tried as there may be.
    private mutating func tryDecoys(_ request: WebhookRequest, _ handler: BarePathHandler) async throws(HTTPError) {
        guard let decoy = handler.decoys[service.name] else { return }
        let service = service
        while tried < handler.settings.admission.candidates {
            await makeWay(for: request)
            tried += 1
            _ = try await onBody(of: request, handler) { _ throws(HTTPError) in
                service.verify(request, secrets: [decoy])
            }
        }
    }

    /// Lets the loop look at its other sockets before a large body is verified.
    private func makeWay(for request: WebhookRequest) async {
        if request.body.count >= Self.largeBody { await LoopPause.turn(of: loop) }
    }

    /// Does what takes long with a long body: here, or, from `LargeBodies.threshold` on, where these have their turns.
    /// Its sender has proved nothing yet, and is not to hold up a loop, nor to have a parser of its own.
    ///
    /// - Throws: 503 if its turn comes too late, or what the work throws.
    private func onBody<Value>(
        of request: WebhookRequest, _ handler: BarePathHandler,
        _ work: @escaping (JSONParser) throws(HTTPError) -> Value
    ) async throws(HTTPError) -> Value {
        guard request.body.count >= LargeBodies.threshold else { return try work(try handler.pipeline.parser()) }
        return try await handler.pipeline.largeBodies.run(
            until: deadline, retryAfter: handler.pipeline.retryAfter, work)
    }

    // MARK: Candidates

    /// Returns what tokens are looked up by, and the payload's repository, empty if it names none; `nil` if the webhook
    /// has no proof, or names nothing to look for.
    private func key(
        of request: WebhookRequest, _ handler: BarePathHandler
    ) async throws(HTTPError) -> (CandidateKey, repository: String)? {
        let service = service
        return try await onBody(of: request, handler) { parser throws(HTTPError) in
            Self.key(of: request, service, parser, handler)
        }
    }

    private static func key(
        of request: WebhookRequest, _ service: any WebhookService, _ parser: JSONParser, _ handler: BarePathHandler
    ) -> (CandidateKey, repository: String)? {
        if service.verify(request, secrets: []) == .missing { return nil }
        let repository: String
        do throws(WebhookError) {
            repository = try service.repository(of: request, parser: parser, limits: handler.pipeline.limits) ?? ""
        } catch {
            return nil
        }
        if let secret = service.presentedSecret(in: request) {
            let hashes = handler.keys.lookupHashes(Array(secret))
            return (.secret(service: service.name, hashes: hashes), repository)
        }
        // Without a secret the repository is all that there is to go by.
        guard let scope = try? TokenScope(repository) else { return nil }
        return (.repository(service: service.name, name: scope.key), repository)
    }

    private func answer(
        for key: CandidateKey, _ handler: BarePathHandler
    ) async throws(HTTPError) -> CandidateTable.Answer {
        do {
            return try await handler.index.candidates(for: key, until: deadline.instant)
        } catch {
            handler.tokens.logger.throttled(
                .error, "cannot read tokens by scope or secret", metadata: ["error": "\(error)"])
            throw Self.unavailable(handler)
        }
    }

    private static func unavailable(_ handler: BarePathHandler) -> HTTPError {
        .unavailable("The webhook's token cannot be checked now.", retryAfter: handler.pipeline.retryAfter)
    }
}

/// Waiting on a loop without holding it up.
enum LoopPause {
    /// Returns after that time, on the loop, which the caller must be on.
    static func wait(_ duration: Duration, on loop: EventLoop) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            LoopTimer(on: loop) { continuation.resume() }.schedule(after: duration)
        }
    }

    /// Lets the loop look at its other sockets.
    static func turn(of loop: EventLoop) async {
        await wait(.zero, on: loop)
    }
}
