import Cryptography
import EventLoop
import WebhookServices

extension BarePathHandler {
    /// Creates the handler of a server.
    ///
    /// - Throws: `CryptographyError` if there is no randomness.
    init(_ configuration: Configuration, _ workspace: Workspace, _ ingest: Ingest) throws {
        let bare = configuration.barePath
        let table = CandidateTable(
            capacity: bare.entries, choice: CandidateChoice(limit: bare.maxCandidates),
            times: CandidateTimes(configuration.cache))
        let index = TokenScopeIndex(
            loader: CandidateLoader(database: workspace.database), table: table, loop: ingest.loops.first)
        workspace.tokenNotices.listen { [weak index] in await index?.note($0) }
        self.init(
            services: ingest.services, tokens: ingest.tokens, pipeline: ingest.pipeline,
            limiter: AdmissionLimiter(AdmissionSettings(bare), timeout: bare.bodyTimeout),
            index: index, keys: workspace.keys, decoys: try Self.decoys(for: ingest.services),
            settings: BarePathSettings(configuration))
    }

    private static func decoys(for services: [any WebhookService]) throws -> [String: PreparedSecret] {
        var decoys: [String: PreparedSecret] = [:]
        for service in services where service.isFoundWithoutID {
            let secret = service.secret(from: try SecureRandom.bytes(32))
            decoys[service.name] = try? service.prepare(secret: Array(secret.utf8))
        }
        return decoys
    }
}

extension BarePathSettings {
    init(_ configuration: Configuration) {
        let bare = configuration.barePath
        self.init(
            maxBodySize: min(bare.maxBodySize, configuration.ingest.maxBodySize), bodyTimeout: bare.bodyTimeout,
            candidates: bare.maxCandidates, failureTime: bare.failureTime,
            retryAfter: Int(configuration.ingest.retryAfter.components.seconds))
    }
}

extension AdmissionSettings {
    init(_ configuration: BarePathConfiguration) {
        self.init()
        slots = configuration.maxInFlight
        sources = configuration.entries
        failuresPerMinute = configuration.maxFailuresPerMinute
        failureBudget = configuration.failureBudget
        candidates = configuration.maxCandidates
    }
}

extension CandidateTimes {
    init(_ configuration: CacheConfiguration) {
        self.init()
        timeToLive = configuration.timeToLive
        absentTimeToLive = configuration.negativeTimeToLive
        staleAfter = configuration.staleAfter
        recheckWait = configuration.recheckWait
        staleTimeToLive = configuration.staleTimeToLive
        staleRetry = configuration.staleRetry
    }
}
