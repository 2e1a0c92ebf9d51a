import Cryptography
import EventLoop
import WebhookServices

extension BarePathHandler {
    /// Creates the handler of a server.
    ///
    /// - Throws: `CryptographyError` if there is no randomness.
    init(_ configuration: Configuration, _ workspace: Workspace, _ ingest: Ingest) throws {
        let settings = configuration.barePath
        let table = CandidateTable(
            capacity: settings.admission.sources, choice: CandidateChoice(limit: settings.admission.candidates),
            times: configuration.cache.times)
        let index = TokenScopeIndex(
            loader: CandidateLoader(database: workspace.database), table: table, loop: ingest.loops.first)
        workspace.tokenNotices.listen { [weak index] in await index?.note($0) }
        self.init(
            services: ingest.services, tokens: ingest.tokens, pipeline: ingest.pipeline,
            limiter: AdmissionLimiter(settings.admission, timeout: settings.bodyTimeout),
            index: index, keys: workspace.keys, decoys: try Self.decoys(for: ingest.services),
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
