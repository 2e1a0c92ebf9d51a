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
    /// What it took so far, on this thread.
    private(set) var cpu = Duration.zero

    init(service: any WebhookService, loop: EventLoop, deadline: RequestDeadline) {
        self.service = service
        self.loop = loop
        self.deadline = deadline
    }

    /// Tries.
    mutating func run(_ request: WebhookRequest, _ handler: BarePathHandler) async -> BarePathHandler.Attempt {
        do throws(HTTPError) {
            if service.verify(request, secrets: []) == .missing { return .failed }
            let secret = service.presentedSecret(in: request)
            // Without a secret the repository is all that there is to go by.
            let mark = ThreadTime.now
            let repository = try repository(request, handler)
            cpu += ThreadTime.now - mark
            guard let repository, let key = key(secret: secret, repository: repository, handler) else { return .failed }
            let answer: CandidateTable.Answer
            do {
                answer = try await handler.index.candidates(for: key, until: deadline.instant)
            } catch {
                handler.tokens.logger.error("cannot read tokens by scope or secret", metadata: ["error": "\(error)"])
                return .unknown(Self.unavailable(handler))
            }
            for candidate in answer.candidates {
                guard let token = try await handler.tokens.record(of: candidate.id, until: deadline), token.isEnabled,
                    token.service == service.name, Self.isWithin(token.scope, repository)
                else { continue }
                if request.body.count >= Self.largeBody { await LoopPause.turn(of: loop) }
                let mark = ThreadTime.now
                let attempt = attempt(request, token, handler)
                cpu += ThreadTime.now - mark
                guard let attempt else { continue }
                handler.index.noteVerified(candidate.id, for: key)
                return attempt
            }
            // What the database had may lack the token that it is of.
            return answer.isCertain ? .failed : .unknown(Self.unavailable(handler))
        } catch {
            return .unknown(error)
        }
    }

    /// What the webhook comes to if it is of this token; `nil` if it is not.
    private func attempt(
        _ request: WebhookRequest, _ token: TokenRecord, _ handler: BarePathHandler
    ) -> BarePathHandler.Attempt? {
        var request = request
        request.settings = token.settings
        guard case .verified(_, let digest) = service.verify(request, secrets: token.secrets()) else { return nil }
        do throws(HTTPError) {
            return .verified(
                try handler.pipeline.prepare(request, service: service, token: token, digest: DeliveryDigest(digest)),
                token.id)
        } catch {
            return error == .outOfScope ? nil : .invalid(error, token.id)
        }
    }

    /// The payload's repository, empty if it names none; `nil` if there is no payload to be read.
    private func repository(_ request: WebhookRequest, _ handler: BarePathHandler) throws(HTTPError) -> String? {
        let parser = try handler.pipeline.parser()
        do throws(WebhookError) {
            return try service.repository(of: request, parser: parser, limits: handler.pipeline.limits) ?? ""
        } catch {
            return nil
        }
    }

    private func key(secret: ArraySlice<UInt8>?, repository: String, _ handler: BarePathHandler) -> CandidateKey? {
        if let secret { return .secret(service: service.name, hashes: handler.keys.lookupHashes(Array(secret))) }
        guard let scope = try? TokenScope(repository) else { return nil }
        return .repository(service: service.name, name: scope.key)
    }

    private static func isWithin(_ scope: TokenScope?, _ repository: String) -> Bool {
        scope?.contains(repository.utf8) ?? true
    }

    private static func unavailable(_ handler: BarePathHandler) -> HTTPError {
        .unavailable("The webhook's token cannot be checked now.", retryAfter: handler.settings.retryAfter)
    }
}
