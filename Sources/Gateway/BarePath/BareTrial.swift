import EventLoop
import HTTPServer
import WebhookServices

/// Tries one webhook with the tokens that it may be of, and counts the processor's time that it takes.
struct BareTrial {
    /// Bytes of a body from which on the loop gets to look at its other sockets between one token and the next.
    private static let largeBody = 64 << 10

    let service: any WebhookService
    let loop: EventLoop
    let deadline: RequestDeadline
    /// What reading the body, and what is in it, took on this thread.
    private var reading: Duration
    /// What one secret took: the first that was tried.
    private var attempt: Duration?

    /// - Parameter bodySize: Bytes of the body that was read.
    init(service: any WebhookService, loop: EventLoop, deadline: RequestDeadline, bodySize: Int) {
        self.service = service
        self.loop = loop
        self.deadline = deadline
        reading = BarePrice.reading(bodySize)
    }

    /// What it costs its source if it fails: the same, however many tokens there were to try.
    func price(candidates: Int) -> Duration { reading + (attempt ?? .zero) * candidates }

    /// Tries.
    mutating func run(_ request: WebhookRequest, _ handler: BarePathHandler) async -> BarePathHandler.Attempt {
        do throws(HTTPError) {
            guard let (key, repository) = try await key(of: request, handler) else { return .failed }
            let answer = try await answer(for: key, handler)
            // Who is known need not wait for what must be read, which may be long.
            let (known, missing) = handler.tokens.known(of: answer.candidates.map(\.id))
            if let result = try await tried(request, known, key, repository, handler) { return result }
            let (read, failure) = await handler.tokens.records(of: missing, until: deadline)
            if let result = try await tried(request, read, key, repository, handler) { return result }
            if attempt == nil { try await tryDecoy(request, handler) }
            if let failure { throw failure }
            // What the database had may lack the token that it is of.
            guard answer.isCertain else { throw Self.unavailable(handler) }
            return .failed
        } catch {
            return .unknown(error)
        }
    }

    /// What the webhook comes to if it is of one of these tokens; `nil` if it is not.
    private mutating func tried(
        _ request: WebhookRequest, _ tokens: [TokenRecord], _ key: CandidateKey, _ repository: String,
        _ handler: BarePathHandler
    ) async throws(HTTPError) -> BarePathHandler.Attempt? {
        for token in tokens where isOne(token, repository) {
            if request.body.count >= Self.largeBody { await LoopPause.turn(of: loop) }
            guard let result = try await result(of: request, token, handler) else { continue }
            handler.index.noteVerified(token.id, for: key)
            return result
        }
        return nil
    }

    /// Does what takes long with a long body: here, or, from `LargeBodies.threshold` on, where these have their turns.
    /// Whoever sent it has proved nothing yet, and is not to hold up a loop, nor to have a parser of its own.
    ///
    /// - Throws: 503 if its turn comes too late, or what the work throws.
    private func onBody<Value>(
        of request: WebhookRequest, _ handler: BarePathHandler,
        _ work: @escaping (JSONParser) throws(HTTPError) -> Value
    ) async throws(HTTPError) -> Value {
        guard request.body.count >= LargeBodies.threshold else { return try work(try handler.pipeline.parser()) }
        return try await handler.pipeline.largeBodies.run(
            until: deadline, retryAfter: handler.settings.retryAfter, work)
    }

    /// What tokens are looked up by, and the payload's repository, empty if it names none; `nil` if the webhook has no
    /// proof, or names nothing to look for.
    private mutating func key(
        of request: WebhookRequest, _ handler: BarePathHandler
    ) async throws(HTTPError) -> (CandidateKey, repository: String)? {
        let service = service
        let (key, time) = try await onBody(of: request, handler) { parser throws(HTTPError) in
            // The time of the thread that this is done on.
            let mark = ThreadTime.now
            let key = Self.key(of: request, service, parser, handler)
            return (key, ThreadTime.now - mark)
        }
        reading += time
        return key
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

    private func isOne(_ token: TokenRecord, _ repository: String) -> Bool {
        token.isEnabled && token.service == service.name && (token.scope?.contains(repository.utf8) ?? true)
    }

    /// What the webhook comes to if it is of this token; `nil` if it is not.
    ///
    /// - Throws: 503 if a large body's turn comes too late.
    private mutating func result(
        of request: WebhookRequest, _ token: TokenRecord, _ handler: BarePathHandler
    ) async throws(HTTPError) -> BarePathHandler.Attempt? {
        let service = service
        let (result, time) = try await onBody(of: request, handler) { parser throws(HTTPError) in
            Self.result(of: request, token, service, parser, handler)
        }
        note(time)
        return result
    }

    private static func result(
        of request: WebhookRequest, _ token: TokenRecord, _ service: any WebhookService, _ parser: JSONParser,
        _ handler: BarePathHandler
    ) -> (BarePathHandler.Attempt?, Duration?) {
        var request = request
        request.settings = token.settings
        let (verification, time) = verify(request, token.secrets(), service)
        guard case .verified(let index) = verification else { return (nil, time) }
        do throws(HTTPError) {
            try handler.pipeline.admit(token, size: request.body.count)
            let prepared = try handler.pipeline.prepare(request, service: service, token: token, parser: parser)
            if case .withheld(.outOfScope, _, _) = prepared { return (nil, time) }
            return (.verified(prepared, token.id, SecretUse(since: token.secretsSince, index: index)), time)
        } catch {
            return (.invalid(error, token.id), time)
        }
    }

    /// Tries a secret that nobody has: where there is no token to try, a failure is to cost what it costs elsewhere.
    private mutating func tryDecoy(_ request: WebhookRequest, _ handler: BarePathHandler) async throws(HTTPError) {
        guard let decoy = handler.decoys[service.name] else { return }
        let service = service
        note(
            try await onBody(of: request, handler) { _ throws(HTTPError) in
                Self.verify(request, [decoy], service).time
            })
    }

    /// - Returns: `time`: What a secret took; `nil` if there was none. A token has several for a while, or none that its
    ///   service can use, which is nobody else's business.
    private static func verify(
        _ request: WebhookRequest, _ secrets: [PreparedSecret], _ service: any WebhookService
    ) -> (verification: Verification, time: Duration?) {
        let mark = ThreadTime.now
        let verification = service.verify(request, secrets: secrets)
        return (verification, secrets.isEmpty ? nil : (ThreadTime.now - mark) / secrets.count)
    }

    private mutating func note(_ time: Duration?) {
        if attempt == nil { attempt = time }
    }

    private static func unavailable(_ handler: BarePathHandler) -> HTTPError {
        .unavailable("The webhook's token can't be verified right now.", retryAfter: handler.settings.retryAfter)
    }
}
