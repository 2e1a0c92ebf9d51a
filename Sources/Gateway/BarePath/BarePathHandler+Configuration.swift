import WebhookServices

extension BarePathHandler {
    /// The handler of a server.
    init(
        _ configuration: Configuration, _ workspace: Workspace, services: [any WebhookService], tokens: TokenLookup,
        pipeline: WebhookPipeline
    ) {
        let bare = configuration.barePath
        let table = CandidateTable(
            capacity: bare.indexEntries,
            choice: CandidateChoice(limit: bare.maxCandidates, limitPerOwner: bare.maxPerOwner),
            times: CandidateTimes(configuration.cache))
        let index = CandidateIndex(
            loader: CandidateLoader(database: workspace.database, limit: bare.maxMatches), table: table,
            maximumLookups: bare.maxLookups)
        workspace.tokenNotices.listen { [weak index] in await index?.note($0) }
        self.init(
            services: services, tokens: tokens, pipeline: pipeline,
            gate: BareGateKeeper(BareGateSettings(bare), timeout: bare.waitTimeout),
            index: index, keys: workspace.keys, settings: BarePathSettings(configuration))
    }
}
