import Cryptography
import EventLoop
import Glibc
import HTTPServer
import Logging
import WebhookServices

/// Everything that a webhook goes through, whichever way it comes: by its token's address, by its service's, or from a
/// page that tries a token.
struct Ingest: Sendable {
    /// The services offered.
    let services: [any WebhookService]
    /// The tokens, cached.
    let tokens: TokenLookup
    /// The pipeline of authentic webhooks.
    let pipeline: WebhookPipeline
    /// The loops that it works on.
    let loops: [EventLoop]

    init(
        _ configuration: Configuration, loops: LoopGroup, storage: Storage, publisher: any MessagePublisher,
        deliveries: any DeliveryRecording, logger: Logger
    ) throws {
        let services = configuration.services.registry.offered
        let settings = configuration.ingest
        let retryAfter = configuration.server.limits.retryAfter
        let cache = TokenCache(
            loader: TokenRecordLoader(
                store: storage.tokens, entries: configuration.cache.entries, logger: logger,
                namesOwners: settings.namesOwners
            ) { name in services.first { $0.name == name } },
            authority: TokenIDAuthority(storage.keys), settings: configuration.cache,
            loop: loops.loops[0])
        storage.tokenNotices.listen { [weak cache] in await cache?.handle($0) }
        self.services = services
        self.loops = loops.loops
        tokens = TokenLookup(cache: cache, retryAfter: retryAfter, logger: logger)
        pipeline = WebhookPipeline(
            publisher: publisher, deliveries: deliveries,
            deduplication: DeduplicationWindow(
                entries: settings.deduplicationEntries, window: settings.deduplicationWindow),
            settings: settings, topicPrefix: configuration.broker.settings.topicPrefix, retryAfter: retryAfter,
            parsers: try LoopLocal(loops.loops) { _ in try JSONParser() },
            largeBodies: try LargeBodies(), logger: logger,  // There is room for every token that is held at all.
            limiter: RateLimiter(settings.rates, tokens: configuration.cache.entries))
    }
}

extension Ingest: TestSending {
    func sendTest(through id: TokenID, sender: String) async -> DeliveryRecord? {
        let loop = EventLoop.current ?? loops[0]
        // The parsers and the publisher are the loops'.
        return await Task(executorPreference: loop.taskExecutor) {
            await send(through: id, sender: sender)
        }.value
    }

    private func send(through id: TokenID, sender: String) async -> DeliveryRecord? {
        let deadline = RequestDeadline(from: .now, limit: pipeline.settings.deadline)
        var size: Int?
        var record: DeliveryRecord
        do throws(HTTPError) {
            guard let token = try await tokens.record(of: id, until: deadline) else { return nil }
            record = try await accept(token, sender: sender, size: &size, until: deadline)
            record.size = size
        } catch {
            record = .refused(error, size: size)
        }
        record.isTest = true
        pipeline.deliveries.record(record, for: id)
        // The page that comes next lists it.
        await pipeline.deliveries.flushed()
        return record
    }

    private func accept(
        _ token: TokenRecord, sender: String, size: inout Int?, until deadline: RequestDeadline
    ) async throws(HTTPError) -> DeliveryRecord {
        guard let service = services.first(where: { $0.name == token.service }) else { throw .unknownWebhook }
        guard token.isEnabled else { throw .tokenDisabled }
        let second = Int64(time(nil))
        let webhook = TestWebhook(for: token, of: service, sender: sender)
        size = webhook.size
        let request = webhook.request(second: second)
        let prepared = try pipeline.prepare(request, service: service, token: token)
        return try await pipeline.finish(prepared, second: second, until: deadline, requestID: RequestID())
    }
}

extension BarePathHandler {
    /// Creates the handler of a server.
    ///
    /// - Throws: `CryptographyError` if there is no randomness.
    init(_ configuration: Configuration, _ storage: Storage, _ ingest: Ingest) throws {
        let settings = configuration.barePath
        let table = CandidateTable(
            capacity: settings.admission.sources, choice: CandidateChoice(limit: settings.admission.candidates),
            times: configuration.cache.times)
        let index = TokenScopeIndex(
            loader: CandidateLoader(database: storage.database), table: table, loop: ingest.loops.first)
        storage.tokenNotices.listen { [weak index] in await index?.handle($0) }
        self.init(
            services: ingest.services, tokens: ingest.tokens, pipeline: ingest.pipeline,
            limiter: AdmissionLimiter(settings.admission, timeout: settings.bodyTimeout),
            index: index, keys: storage.keys, decoys: try Self.decoys(for: ingest.services),
            settings: settings)
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
