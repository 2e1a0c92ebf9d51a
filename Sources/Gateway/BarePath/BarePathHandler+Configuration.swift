import Cryptography
import EventLoop
import WebhookServices

extension BarePathHandler {
    /// The handler of a server.
    ///
    /// - Throws: `CryptographyError` if there is no randomness.
    init(_ configuration: Configuration, _ workspace: Workspace, _ ingest: Ingest) throws {
        let bare = configuration.barePath
        let table = CandidateTable(
            capacity: bare.indexEntries,
            choice: CandidateChoice(limit: bare.maxCandidates, limitPerOwner: bare.maxPerOwner),
            times: CandidateTimes(configuration.cache))
        let index = CandidateIndex(
            loader: CandidateLoader(
                database: workspace.database, limit: bare.maxMatches, limitPerOwner: bare.maxPerOwner),
            table: table, maximumLookups: bare.maxLookups, loop: ingest.loops.first)
        workspace.tokenNotices.listen { [weak index] in await index?.note($0) }
        self.init(
            services: ingest.services, tokens: ingest.tokens, pipeline: ingest.pipeline,
            gate: BareGateKeeper(BareGateSettings(bare), timeout: bare.waitTimeout),
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
